import type { ExitCode, Invocation } from '../registration.ts';
import { writeBash } from './bash.ts';
import { writeFish } from './fish.ts';
import { type Tree, treeOf } from './tree.ts';
import { writeZsh } from './zsh.ts';

/** Both names of the binary: the second makes it a plugin of kubectl. */
export const binaryNames = ['flyball', 'kubectl-flyball'] as const;

const writers = new Map<string, (tree: Tree, names: readonly string[]) => string>([
  ['bash', writeBash],
  ['zsh', writeZsh],
  ['fish', writeFish],
]);

export async function run({ args, output, program }: Invocation): Promise<ExitCode> {
  const write = writers.get(args[0] ?? '');
  if (write === undefined) throw new Error(`no writer for the shell ${args[0]}`);
  output.print(write(treeOf(program), binaryNames));
  return 0;
}
