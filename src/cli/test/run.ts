/** Runs the cases of folders, prints what came of them. */
import { statSync } from 'node:fs';
import { runFolders, type SuiteResult } from '../../policy/cases.ts';
import { printData } from '../data.ts';
import { explainRead, type Read, starterPolicies } from '../input.ts';
import type { ExitCode, Invocation } from '../registration.ts';
import { formatTestJunit } from './junit.ts';
import { exitCodeOf, filterSuites, tallySuites } from './result.ts';
import { formatText } from './text.ts';

/** As `command.ts` declares them. */
interface TestOptions {
  readonly filter?: string;
  readonly output: 'text' | 'json' | 'yaml' | 'junit';
}

export async function run({ args, options, output }: Invocation): Promise<ExitCode> {
  const { filter, output: format } = options as unknown as TestOptions;
  const all: SuiteResult[] = [];
  for (const folder of args.length === 0 ? [starterPolicies] : args) {
    const found = runFolder(folder);
    if (!found.ok) return output.fail(found.fault);
    all.push(...found.value);
  }
  const suites = filter === undefined ? all : filterSuites(all, filter);
  if (suites.length === 0)
    return output.fail({ what: 'nothing to test', why: `no case's folder or name contains \`${filter}\`` });
  const tally = tallySuites(suites);
  if (format === 'text') output.print(formatText(suites, output));
  else if (format === 'junit') output.print(formatTestJunit(suites));
  else printData(output, format, { folders: suites.map(toData), summary: tally });
  return exitCodeOf(tally);
}

/** A run of no cases must not look like a success. */
function runFolder(folder: string): Read<readonly SuiteResult[]> {
  try {
    if (!statSync(folder).isDirectory())
      return refuse(folder, 'it is no folder', 'name the folder that holds `cases.yaml` and the policies');
    const suites = runFolders(folder);
    if (suites.length > 0) return { ok: true, value: suites };
    return refuse(
      folder,
      'there is no `cases.yaml` in it or below',
      'write one beside the policies: see `policies/hpa-bounds`',
    );
  } catch (error) {
    return { ok: false, fault: explainRead(folder, error as NodeJS.ErrnoException) };
  }
}

function refuse(folder: string, why: string, fix: string): Read<never> {
  return { ok: false, fault: { what: `nothing to test in \`${folder}\``, why, fix } };
}

function toData({ folder, problems, results }: SuiteResult) {
  return { folder, problems, cases: results };
}
