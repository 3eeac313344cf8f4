/** The processes of a run: each server, the load and each measurement are processes of their own, told by messages. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface PartSettings {
  /** Paths of PEM files. */
  readonly certificates: { readonly cert: string; readonly key: string; readonly clientCa: string };
  readonly policyFolder: string;
  readonly logPath: string;
  /** For the no-op: how long it works for nothing on each review, to see what so much work costs. */
  readonly idleMicroseconds?: number;
}

export interface Usage {
  /** User and system, of all threads. */
  readonly cpuMilliseconds: number;
  readonly rssBytes: number;
  /** The process's own clock. */
  readonly atMilliseconds: number;
}

export interface Part {
  /** What the process said first; a server says its port. */
  readonly first: unknown;
  ask(message: unknown): Promise<unknown>;
  /** Further messages, beside answers. */
  readonly process: ChildProcess;
  stop(): Promise<void>;
}

/** Starts a script of this folder; rejects where it ends before it has said anything. */
export async function startPart(
  script: string,
  settings: unknown,
  execArgv: readonly string[] = [],
): Promise<Part> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = fork(path, [JSON.stringify(settings)], { execArgv: [...execArgv] });
  const ask = async (message: unknown): Promise<unknown> => {
    const answer = firstMessage(child, script);
    child.send(message as object);
    return await answer;
  };
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    await exit;
  };
  try {
    return { first: await firstMessage(child, script), ask, process: child, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function firstMessage(child: ChildProcess, script: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void => reject(new Error(`${script} ended with ${code}`));
    child.once('exit', onExit);
    child.once('message', (message) => {
      child.off('exit', onExit);
      resolve(message);
    });
  });
}

/** In a part: what it was started with. */
export function readSettings<T>(): T {
  return JSON.parse(process.argv[2] ?? 'null') as T;
}

/** In a part: says something to the run. */
export function say(message: unknown): void {
  process.send?.(message);
}

/** In a server's part: says the port, then answers each message with what the process has used. */
export async function becomeServer(listen: (settings: PartSettings) => Promise<number>): Promise<void> {
  const port = await listen(readSettings<PartSettings>());
  process.on('message', () => say(readUsage()));
  // By `exit`, so that `--cpu-prof` writes what it has seen; and no server outlives its run.
  process.once('SIGTERM', () => process.exit(0)).once('disconnect', () => process.exit(0));
  say({ port });
}

export function readUsage(): Usage {
  const { user, system } = process.cpuUsage();
  return {
    cpuMilliseconds: (user + system) / 1000,
    rssBytes: process.memoryUsage.rss(),
    atMilliseconds: performance.now(),
  };
}
