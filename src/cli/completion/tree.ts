/** The tree of commands as completion sees it: names, and what may follow them. */
import type { Argument, Command, Option } from 'commander';

/** What a word may be: one of a few, a file, a folder, a command, or anything. */
export type Expected =
  | { readonly kind: 'choices'; readonly choices: readonly string[] }
  | { readonly kind: 'file' | 'folder' | 'anything' };

export interface OptionNode {
  /** `-o`, `--output`: short first where there is one. */
  readonly names: readonly string[];
  readonly description: string;
  /** Undefined for a flag. */
  readonly value: Expected | undefined;
}

export interface CommandNode {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly OptionNode[];
  /** Undefined where the command takes no operand. */
  readonly operand: Expected | undefined;
}

export interface Tree {
  readonly root: CommandNode;
  readonly commands: readonly CommandNode[];
}

export function treeOf(program: Command): Tree {
  const help = program.createHelp();
  const commands = help.visibleCommands(program).map((command) => nodeOf(command));
  const names = commands.map(({ name }) => name);
  return {
    root: { ...nodeOf(program), operand: { kind: 'choices', choices: names } },
    commands: commands.map((node) =>
      node.name === 'help' ? { ...node, operand: { kind: 'choices', choices: names } } : node,
    ),
  };
}

function nodeOf(command: Command): CommandNode {
  const [argument] = command.registeredArguments;
  return {
    name: command.name(),
    summary: command.summary() || command.description(),
    options: command.createHelp().visibleOptions(command).map(optionOf),
    operand: argument === undefined ? undefined : expectedOf(argument, argument.name()),
  };
}

function optionOf(option: Option): OptionNode {
  const names = [option.short, option.long].filter((name) => name != null);
  const placeholder = /<([^>]+)>/.exec(option.flags)?.[1];
  return {
    names,
    description: option.description,
    value: placeholder === undefined ? undefined : expectedOf(option, placeholder),
  };
}

/** By choices, else by the placeholder's name: `<file>`, `[path...]`, `<dir>`. */
function expectedOf({ argChoices }: Argument | Option, placeholder: string): Expected {
  if (argChoices !== undefined) return { kind: 'choices', choices: argChoices };
  if (/file|path/.test(placeholder)) return { kind: 'file' };
  return { kind: /dir/.test(placeholder) ? 'folder' : 'anything' };
}
