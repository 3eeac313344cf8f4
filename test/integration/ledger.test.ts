/** The file ledger on a real disk: processes that are killed, and a file system that is full. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { piecesOf } from '../../src/ledger/file/line.ts';
import { openFolder, systemClock, thisProcess } from '../../src/ledger/file/node.ts';
import { openFileLedger } from '../../src/ledger/file/open.ts';
import { segmentsOf } from '../../src/ledger/file/recover.ts';

const folders: string[] = [];
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'flyball-ledger-'));
  folders.push(folder);
  return folder;
}
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

const kills = 30;

/** Starts a writer and kills it some time after its first acknowledgement; what it printed. */
async function writeAndKill(folder: string, name: string): Promise<string[]> {
  const script = join(import.meta.dirname, 'ledger-writer.ts');
  const child = spawn(process.execPath, [script, folder, name], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise((resolve) => {
    child.on('close', resolve);
  });
  let output = '';
  const began = new Promise<void>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      resolve();
    });
  });
  await Promise.race([began, exited]);
  await setTimeout(Math.random() * 60);
  child.kill('SIGKILL');
  await exited;
  // The last line may have been cut off in the printing.
  return output.split('\n').slice(0, -1);
}

it(`what was acknowledged is there after ${kills} kills at random, once`, { timeout: 120_000 }, async () => {
  const folder = newFolder();
  const printed: string[] = [];
  for (let kill = 0; kill < kills; kill += 1) printed.push(...(await writeAndKill(folder, `p${kill}`)));
  const findings = printed.filter((line) => line.startsWith('finding'));
  const acknowledged = printed.filter((line) => !line.startsWith('finding'));
  expect(acknowledged.length).toBeGreaterThan(kills * 10);
  // A kill can end a write half-way: no other harm.
  expect(findings.filter((line) => !line.startsWith('finding torn'))).toEqual([]);

  const files = await openFolder(folder);
  const opened = await openFileLedger({ files, clock: systemClock, owner: thisProcess });
  if (!opened.ok) throw new Error(opened.problem);
  const { n } = opened.ledger.readPlace();
  await opened.ledger.close();
  const names = segmentsOf((await files.list()).map(({ name }) => name)).map(({ name }) => name);
  const keys: string[] = [];
  let lines = 0;
  for (const name of names)
    for (const piece of piecesOf(await files.read(name))) {
      if (piece.kind !== 'line') continue;
      lines += 1;
      expect(piece.line.n).toBe(lines);
      const entry = JSON.parse(piece.line.entry.toString()) as { kind: string; key: string };
      if (entry.kind === 'Hold') keys.push(entry.key);
    }
  expect(lines).toBe(n);
  const there = new Set(keys);
  expect(there.size).toBe(keys.length);
  expect(acknowledged.filter((key) => !there.has(key))).toEqual([]);
});

const canMount = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'none', tmpdir()]).status === 0;

// Skipped where no file system can be mounted without rights (no user namespaces): the simulated disk has the same test.
it.skipIf(!canMount)(
  'a file system that is full refuses holds, loses none, and goes on when it has room',
  () => {
    const folder = newFolder();
    const script = join(import.meta.dirname, 'ledger-full.ts');
    const run = spawnSync(
      'unshare',
      [
        '-rm',
        'sh',
        '-c',
        `mount -t tmpfs -o size=1m none "$1" && exec "$2" "$3" "$1"`,
        'sh',
        folder,
        process.execPath,
        script,
      ],
      { encoding: 'utf8' },
    );
    const { before, problem, ...rest } = JSON.parse(run.stdout) as { before: number; problem: string };
    expect(before).toBeGreaterThan(50);
    expect(problem).toContain('ENOSPC');
    expect(rest).toEqual({ health: 'failing', recovered: 'writable', after: 'ok', findings: [], lost: [] });
  },
);

it('two processes on one folder: the second is told who has it', async () => {
  const folder = newFolder();
  const files = await openFolder(folder);
  const first = await openFileLedger({ files, clock: systemClock, owner: thisProcess });
  const script = join(import.meta.dirname, 'ledger-writer.ts');
  const second = spawnSync(process.execPath, [script, folder, 'second'], { encoding: 'utf8' });
  expect(second.status).toBe(1);
  expect(second.stderr).toMatch(
    new RegExp(`process ${process.pid} on \`.*\` has the folder open, and was heard \\d s ago`),
  );
  if (first.ok) await first.ledger.close();
});
