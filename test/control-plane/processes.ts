import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** How one server is started, and how to know that it serves. */
export interface ServerSpec {
  readonly name: string;
  readonly binary: string;
  readonly flags: readonly string[];
  /** Asked every 50 ms until it is true; a rejection counts as false. */
  readonly isReady: () => Promise<boolean>;
}

interface Server {
  readonly spec: ServerSpec;
  readonly child: ChildProcess;
  readonly ended: Promise<void>;
}

const readyWithinSeconds = 60;
const pollMilliseconds = 50;

/**
 * Ends the servers when this process ends in whatever way, SIGKILL included, where no handler of ours could run. The
 * guard's standard input is a pipe that only we hold: at its end the guard kills the servers last listed on it and
 * removes the folder. It leads its own process group, so that Ctrl-C in a terminal does not reach it first.
 */
const guardScript = `
servers=
while read -r line; do servers=$line; done
[ -z "$servers" ] || kill -9 $servers 2>/dev/null
sleep 0.2
rm -rf "$1"
`;

/**
 * The servers of one control plane. They log to `<folder>/<name>.log`, and none of them outlives this process.
 *
 * Invariant: the guard knows of every living server before anyone waits for that server.
 */
export class Servers {
  readonly #folder: string;
  readonly #guard: ChildProcess;
  readonly #servers = new Map<string, Server>();

  /** @param folder an existing folder, which the guard and `close` remove. */
  constructor(folder: string) {
    this.#folder = folder;
    this.#guard = spawn('/bin/sh', ['-c', guardScript, 'guard', folder], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    this.#guard.unref();
    // The guard may end first when the whole session is killed; writing to it then is no failure of ours.
    this.#guard.stdin?.on('error', () => {});
  }

  /**
   * Starts a server and waits until it is ready.
   *
   * @throws Error with the end of its log where it ends, or is not ready within 60 s.
   */
  async start(spec: ServerSpec): Promise<void> {
    if (this.#servers.has(spec.name)) throw new Error(`\`${spec.name}\` already runs`);
    const server = launch(spec, this.#logPath(spec.name));
    this.#servers.set(spec.name, server);
    this.#tellGuard();
    await this.#waitReady(server);
  }

  /** Ends a server and waits until it is gone. SIGKILL also ends one that is paused; SIGTERM waits for its resume. */
  async end(name: string, signal: NodeJS.Signals): Promise<void> {
    const server = this.#server(name);
    server.child.ref();
    server.child.kill(signal);
    await server.ended;
    this.#servers.delete(name);
    this.#tellGuard();
  }

  /** Ends a server, then starts it with the same flags and waits until it is ready. */
  async restart(name: string, signal: NodeJS.Signals): Promise<void> {
    const { spec } = this.#server(name);
    await this.end(name, signal);
    await this.start(spec);
  }

  /** Sends a signal, such as SIGSTOP, and waits for nothing. */
  signal(name: string, signal: NodeJS.Signals): void {
    this.#server(name).child.kill(signal);
  }

  /** The process ids of the servers that run, by name. */
  pids(): ReadonlyMap<string, number> {
    const pids = new Map<string, number>();
    for (const [name, { child }] of this.#servers) if (child.pid !== undefined) pids.set(name, child.pid);
    return pids;
  }

  /** All that a server has logged, through its restarts. */
  log(name: string): Promise<string> {
    return readFile(this.#logPath(name), 'utf8').catch(() => '');
  }

  /**
   * Kills every server, waits until all are gone, and removes the folder. SIGKILL, since an API server takes up to a
   * minute to drain after SIGTERM and nothing it holds is kept.
   */
  async close(): Promise<void> {
    await Promise.all([...this.#servers.keys()].map((name) => this.end(name, 'SIGKILL')));
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 3 });
    const guardEnded = new Promise((resolve) => this.#guard.once('exit', resolve));
    this.#guard.ref();
    if (this.#guard.exitCode === null && this.#guard.signalCode === null) {
      this.#guard.stdin?.end();
      await guardEnded;
    }
  }

  #server(name: string): Server {
    const server = this.#servers.get(name);
    if (server === undefined) throw new Error(`\`${name}\` does not run`);
    return server;
  }

  #logPath(name: string): string {
    return join(this.#folder, `${name}.log`);
  }

  #tellGuard(): void {
    this.#guard.stdin?.write(`${[...this.pids().values()].join(' ')}\n`);
  }

  async #waitReady({ spec, child }: Server): Promise<void> {
    const deadline = Date.now() + readyWithinSeconds * 1_000;
    while (!(await spec.isReady().catch(() => false))) {
      const fate =
        fateOf(child) ?? (Date.now() > deadline ? `was not ready in ${readyWithinSeconds} s` : undefined);
      if (fate !== undefined) {
        const tail = (await this.log(spec.name)).trimEnd().split('\n').slice(-15).join('\n');
        throw new Error(`\`${spec.name}\` ${fate}; its log ends:\n${tail}`);
      }
      await sleep(pollMilliseconds);
    }
  }
}

function launch(spec: ServerSpec, logPath: string): Server {
  const log = openSync(logPath, 'a');
  // A file, not a pipe: a paused or busy test process must never block a server that logs.
  const child = spawn(spec.binary, spec.flags, { stdio: ['ignore', log, log], detached: true });
  closeSync(log);
  child.unref();
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  return { spec, child, ended };
}

function fateOf(child: ChildProcess): string | undefined {
  if (child.pid === undefined) return 'could not be started';
  if (child.exitCode !== null) return `ended with code ${child.exitCode}`;
  if (child.signalCode !== null) return `was ended by ${child.signalCode}`;
  return undefined;
}

/**
 * A TCP port of the loopback that is free now. It lies below the usual ephemeral ranges, so that no outgoing connection
 * takes it while its server restarts.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    if (await canListen(port)) return port;
  }
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** Whether a process of this id exists, be it ours or another user's. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
