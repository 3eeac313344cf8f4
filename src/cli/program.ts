/** The tree of commands: from arguments to an exit code. */
import { Command, CommanderError } from 'commander';
import type { Fault, Output } from './output.ts';
import { type ExitCode, type Registration, withExamples } from './registration.ts';

export interface ProgramSettings {
  /** `flyball`, or `kubectl flyball` where kubectl started it. */
  readonly name: string;
  readonly version: string;
  readonly registrations: readonly Registration[];
  readonly output: Output;
}

/** Runs one command line, without the interpreter and the script. */
export async function runProgram(args: readonly string[], settings: ProgramSettings): Promise<ExitCode> {
  const { output, name } = settings;
  let code: ExitCode = 0;
  const program = createProgram(settings, (result) => {
    code = result;
  });
  if (args.length === 0) {
    output.print(program.helpInformation());
    return output.fail({
      what: 'command',
      why: 'none was given',
      fix: `name one, such as \`${name} review\``,
    });
  }
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : output.fail(explainUsage(error, helpOf(args, settings)));
  }
}

/** The tree alone; `onDone` gets the exit code of the command that ran. */
export function createProgram(settings: ProgramSettings, onDone: (code: ExitCode) => void): Command {
  const { name, version, registrations, output } = settings;
  const program = new Command(name)
    .description('Bounds what optimizers change in a Kubernetes cluster, and says why.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .configureHelp({ subcommandTerm: (command) => command.name(), showGlobalOptions: false })
    .configureOutput({ writeOut: output.print, writeErr: () => {} })
    .exitOverride();
  withExamples(program, [
    ['see it at work, with nothing configured', '% demo'],
    [
      'decide admission reviews from files, against a folder of policies',
      '% review request.yaml --policies policies/',
    ],
    ['check policies and run their cases', '% lint policies/ && % test policies/'],
  ]);
  for (const registration of registrations) {
    const command = registration.declare(program.command(registration.name));
    command.action(async () => {
      onDone(await registration.run({ args: command.args, options: command.opts(), output, program }));
    });
  }
  return program;
}

function helpOf([first]: readonly string[], { name, registrations }: ProgramSettings): string {
  const isKnown = registrations.some((registration) => registration.name === first);
  return isKnown ? `${name} ${first} --help` : `${name} --help`;
}

/** Commander's own words, as a fault: the hint becomes the fix. */
export function explainUsage(error: CommanderError, help: string): Fault {
  const [first = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  const hint = /\(Did you mean (?:one of )?(.+)\?\)/.exec(rest.join(' '))?.[1];
  const fix =
    hint === undefined
      ? `see \`${help}\``
      : `did you mean ${hint
          .split(', ')
          .map((it) => `\`${it}\``)
          .join(' or ')}?`;
  return { what: 'usage', why: quote(first), fix };
}

/** In the form of all other messages: names in backticks, one sentence. */
function quote(text: string): string {
  return text
    .replace(/'([^']*)'/g, '`$1`')
    .replace(/\.$/, '')
    .replace(/\. ([A-Za-z])/g, (_, letter: string) => `: ${letter.toLowerCase()}`);
}
