/** Completion for fish: one `complete` a word. */
import type { CommandNode, Expected, OptionNode, Tree } from './tree.ts';

export function writeFish({ root, commands }: Tree, names: readonly string[]): string {
  const lines = names.flatMap((name) => [
    `complete -c ${name} -f`,
    ...root.options.map((option) => optionLine(`${name} -n __fish_use_subcommand`, option)),
    ...commands.map(
      (command) =>
        `complete -c ${name} -n __fish_use_subcommand -a ${command.name} -d ${quote(command.summary)}`,
    ),
    ...commands.flatMap((command) => commandLines(name, command)),
  ]);
  return `# fish completion; generated, use: ${names[0]} completion fish > ~/.config/fish/completions/${names[0]}.fish\n${lines.join('\n')}\n`;
}

function commandLines(program: string, { name, options, operand }: CommandNode): string[] {
  const scope = `${program} -n '__fish_seen_subcommand_from ${name}'`;
  const lines = options.map((option) => optionLine(scope, option));
  return operand === undefined || operand.kind === 'anything'
    ? lines
    : [...lines, `complete -c ${scope} ${offer(operand)}`];
}

function optionLine(scope: string, { names, description, value }: OptionNode): string {
  const flags = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
  const end = value === undefined ? '' : ` -x ${offer(value)}`;
  return `complete -c ${scope} ${flags.join(' ')} -d ${quote(description)}${end}`.trimEnd();
}

function offer(expected: Expected): string {
  if (expected.kind === 'choices') return `-a ${quote(expected.choices.join(' '))}`;
  if (expected.kind === 'file') return `-a '(__fish_complete_path)'`;
  return expected.kind === 'folder' ? `-a '(__fish_complete_directories)'` : '';
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
