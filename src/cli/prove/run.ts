/** Reads policies as one set, derives what they guarantee, prints it. */
import { statSync } from 'node:fs';
import { readFile, readFolder } from '../../policy/folder.ts';
import { type Loaded, loadDocuments } from '../../policy/load.ts';
import { formatProblem, isError } from '../../policy/problem.ts';
import { provePolicies } from '../../policy/prove.ts';
import { printData } from '../data.ts';
import { explainRead, type Read, starterPolicies } from '../input.ts';
import type { ExitCode, Invocation } from '../registration.ts';
import { toData } from './data.ts';
import { formatText } from './text.ts';

/** As `command.ts` declares them. */
interface ProveOptions {
  /** Milliseconds since the epoch. */
  readonly at?: number;
  readonly output: 'text' | 'json' | 'yaml';
}

export async function run({ args, options, output }: Invocation): Promise<ExitCode> {
  const { at = Date.now(), output: format } = options as unknown as ProveOptions;
  const loaded = load(args.length === 0 ? [starterPolicies] : args);
  if (!loaded.ok) return output.fail(loaded.fault);
  const proofs = provePolicies(loaded.value, at);
  if (format === 'text') output.print(formatText(proofs, output));
  else printData(output, format, { guarantees: proofs.map(toData) });
  return 0;
}

/** All together: what one policy leaves open another one may bound. */
function load(paths: readonly string[]): Read<Loaded> {
  const reads: ReturnType<typeof readFile>[] = [];
  for (const path of paths) {
    try {
      reads.push(statSync(path).isDirectory() ? readFolder(path) : readFile(path));
    } catch (error) {
      return { ok: false, fault: explainRead(path, error as NodeJS.ErrnoException) };
    }
  }
  const problems = reads.flatMap((read) => read.problems);
  const documents = reads.flatMap((read) => read.documents);
  return refuseUnusable(loadDocuments(documents, {}, problems), paths.join(' '));
}

/** Nothing is guaranteed by a set that would not be in force. */
function refuseUnusable(loaded: Loaded, paths: string): Read<Loaded> {
  const what = `cannot use the policies in \`${paths}\``;
  const [first, ...rest] = loaded.problems.filter(isError);
  if (first !== undefined) {
    const more = rest.length === 0 ? '' : ` (and ${rest.length} more)`;
    const fix = `see them with \`flyball lint ${paths}\``;
    return { ok: false, fault: { what, why: `${formatProblem(first)}${more}`, fix } };
  }
  if (loaded.policies.length > 0) return { ok: true, value: loaded };
  const fix = 'name a folder with GuardrailPolicy documents';
  return { ok: false, fault: { what, why: 'it holds no policy', fix } };
}
