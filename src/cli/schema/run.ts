/** Prints schemas and CRDs, or writes the files of the checkout that are generated from them. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderCrds } from '../../policy/crd.ts';
import { casesEditorSchema, policyEditorSchema, renderEditorSchemas } from '../../policy/editor.ts';
import { displayPath, explainRead } from '../input.ts';
import type { ExitCode, Invocation } from '../registration.ts';

const printers = new Map<string, () => string>([
  ['policy', () => JSON.stringify(policyEditorSchema(), undefined, 2)],
  ['cases', () => JSON.stringify(casesEditorSchema(), undefined, 2)],
  ['crds', () => [...renderCrds().values()].join('---\n')],
]);

export async function run(invocation: Invocation): Promise<ExitCode> {
  const { args, options, output } = invocation;
  if (options['write'] === true) return write(invocation);
  const print = printers.get(args[0] ?? 'policy');
  if (print === undefined) throw new Error(`no printer for ${args[0]}`);
  output.print(print());
  return 0;
}

const root = fileURLToPath(new URL('../../..', import.meta.url));

const generated: readonly (readonly [folder: string, render: () => ReadonlyMap<string, string>])[] = [
  ['schemas', renderEditorSchemas],
  ['webhook-manifests/base/crds', renderCrds],
];

/** Says of each file whether it changed: a build that finds changes has forgotten to commit them. */
function write({ output }: Invocation): ExitCode {
  for (const [folder, render] of generated) {
    for (const [file, text] of render()) {
      const path = join(root, folder, file);
      try {
        const isSame = replaceFile(path, text);
        output.print(`${isSame ? 'unchanged' : 'written  '}  ${displayPath(path)}`);
      } catch (error) {
        const { why } = explainRead(path, error as NodeJS.ErrnoException);
        return output.fail({ what: `cannot write \`${displayPath(path)}\``, why });
      }
    }
  }
  return 0;
}

/** True where the file has that text already. */
function replaceFile(path: string, text: string): boolean {
  mkdirSync(join(path, '..'), { recursive: true });
  if (readIfPresent(path) === text) return true;
  writeFileSync(path, text);
  return false;
}

function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
