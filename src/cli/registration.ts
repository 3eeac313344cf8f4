/** What a command of the command line is: a light declaration, and a heavy part that is imported only when it runs. */
import type { Command } from 'commander';
import type { Output } from './output.ts';

/** 0: nothing to object to. 1: something was denied, or failed. 2: wrong usage or unreadable input. */
export type ExitCode = 0 | 1 | 2;

export interface Invocation {
  /** Operands, in order; commander has checked their number. */
  readonly args: readonly string[];
  /** By camel-cased option name; commander has checked choices. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly output: Output;
  /** The root of the tree, for what describes the tree. */
  readonly program: Command;
}

export interface Registration {
  readonly name: string;
  /** Arguments, options, description and examples. Must stay cheap: it runs for `--help` and completion as well. */
  readonly declare: (command: Command) => Command;
  /** Imports what it needs itself, and resolves when the command is done. */
  readonly run: (invocation: Invocation) => Promise<ExitCode>;
}

/** An example of the help: what it does, and the command with `%` for the program's name. */
export type Example = readonly [what: string, command: string];

/** Adds examples below the options of a command's help. */
export function withExamples(command: Command, examples: readonly Example[]): Command {
  return command.addHelpText('after', () => {
    const name = rootOf(command).name();
    const lines = examples.map(([what, text]) => `  # ${what}\n  ${text.replaceAll('%', name)}`);
    return `\nExamples:\n${lines.join('\n\n')}`;
  });
}

export function rootOf(command: Command): Command {
  return command.parent === null ? command : rootOf(command.parent);
}
