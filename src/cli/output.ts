/** The one place that writes to the terminal. Text from policies and reviews is hostile: see `visible.ts`. */
import { inspect, styleText } from 'node:util';
import { visible } from './visible.ts';

/** An expected failure, for a person: what went wrong, why, and how to mend it. */
export interface Fault {
  readonly what: string;
  readonly why: string;
  readonly fix?: string;
}

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

export interface Output {
  /** Width of the terminal; undefined where output is not one, and nothing may be cut. */
  readonly columns: number | undefined;
  /** A block of text to standard output; ends with a newline. */
  readonly print: (text: string) => void;
  /** A fault to standard error, as `error: what: why` and `fix: ...`; returns the exit code of wrong input. */
  readonly fail: (fault: Fault) => 2;
  /** The stack of what should not have happened, where FLYBALL_DEBUG asks for it. */
  readonly trace: (error: unknown) => void;
  /** Coloured on a terminal that wants colours, else as it is. */
  readonly style: (style: Style, text: string) => string;
}

export function createOutput(stdout: NodeJS.WriteStream, stderr: NodeJS.WriteStream): Output {
  // A reader that has seen enough (`| head`) is no failure; any other error of a stream is one.
  for (const stream of [stdout, stderr]) stream.on('error', ignoreClosedPipe);
  return {
    columns: stdout.isTTY ? stdout.columns : undefined,
    print: (text) => void stdout.write(text.endsWith('\n') ? text : `${text}\n`),
    fail: (fault) => {
      const paint = (style: Style, text: string) => styleText(style, text, { stream: stderr });
      stderr.write(formatFault(fault, paint));
      return 2;
    },
    trace: (error) => {
      if (process.env['FLYBALL_DEBUG'] === '1') stderr.write(`${inspect(error)}\n`);
    },
    // Honours NO_COLOR and FORCE_COLOR, and whether the stream is a terminal.
    style: (style, text) => styleText(style, text, { stream: stdout }),
  };
}

/** `error: what: why`, then `fix: ...` on its own line. */
export function formatFault({ what, why, fix }: Fault, paint: Output['style']): string {
  const lines = [`${paint('red', 'error:')} ${visible(`${what}: ${why}`)}`];
  if (fix !== undefined) lines.push(`${paint('cyan', 'fix:')} ${visible(fix)}`);
  return `${lines.join('\n')}\n`;
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
