/** The decision log on real files, on a device that is full, and on a disk that fails half-way. */
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import {
  type Complaint,
  type DecisionLog,
  mostUnwrittenCharacters,
  openLog,
} from '../../../src/audit/log.ts';
import { recordOf } from './sample-record.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flyball-log-'));
  path = join(folder, 'deep', 'decisions.jsonl');
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  await rm(folder, { recursive: true });
});

const complaints: Parameters<Complaint>[0][] = [];
const complain: Complaint = (problem) => complaints.push(problem);
beforeEach(() => {
  complaints.length = 0;
});

const ids = (count: number, from = 0): string[] => Array.from({ length: count }, (_, n) => `d-${from + n}`);

function append(log: DecisionLog, wanted: readonly string[]): void {
  for (const id of wanted) log.append(recordOf({ id, explanation: ['ü'.repeat(200)] }));
}

async function readIds(file = path): Promise<string[]> {
  const text = await readFile(file, 'utf8');
  expect(text.endsWith('\n')).toBe(true);
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => (JSON.parse(line) as { id: string }).id);
}

/** Where a log's handle can be made to fail: every write goes through its prototype. */
async function handlePrototype() {
  const { open } = await import('node:fs/promises');
  const probe = await open(join(folder, 'probe'), 'w');
  await probe.close();
  return Object.getPrototypeOf(probe) as { write: (bytes: Buffer) => Promise<{ bytesWritten: number }> };
}

it('writes all records in order, however they come', async () => {
  const log = await openLog(path, complain);
  append(log, ids(500));
  await new Promise((resolve) => setTimeout(resolve, 20));
  append(log, ids(500, 500));
  await log.close();
  expect(await readIds()).toEqual(ids(1_000));
  expect(complaints).toEqual([]);
});

it('goes on where an earlier log ended', async () => {
  for (const from of [0, 3]) {
    const log = await openLog(path, complain);
    append(log, ids(3, from));
    await log.close();
  }
  expect(await readIds()).toEqual(ids(6));
});

it('begins a new line behind one that a crash tore', async () => {
  const log = await openLog(path, complain);
  append(log, ids(1));
  await log.close();
  await appendFile(path, '{"kind":"Decision","id":"d-to');
  const next = await openLog(path, complain);
  append(next, ids(1, 1));
  await next.close();
  const lines = (await readFile(path, 'utf8')).split('\n');
  expect(lines[1]).toBe('{"kind":"Decision","id":"d-to');
  expect(JSON.parse(lines[2] ?? '')).toMatchObject({ id: 'd-1' });
});

it('leaves an empty file where nothing is appended', async () => {
  const log = await openLog(path, complain);
  await log.close();
  expect(await readFile(path, 'utf8')).toBe('');
});

it('fails at once where it cannot be opened', async () => {
  await writeFile(join(folder, 'file'), '');
  await expect(openLog(join(folder, 'file', 'log'), complain)).rejects.toThrow();
  await expect(openLog(folder, complain)).rejects.toThrow('EISDIR');
});

it('goes on where a write ended half-way: no line is torn, none is written twice', async () => {
  const prototype = await handlePrototype();
  const write = prototype.write;
  let calls = 0;
  vi.spyOn(prototype, 'write').mockImplementation(function (this: unknown, bytes: Buffer) {
    calls += 1;
    if (calls % 3 === 2)
      return Promise.reject(Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' }));
    // In the middle of a line, and of a character.
    const part = bytes.subarray(0, Math.max(1, Math.floor(bytes.length / 3) + 1));
    return write.call(this, part);
  });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const log = await openLog(path, complain);
  append(log, ids(20));
  await vi.waitFor(async () => {
    await vi.advanceTimersByTimeAsync(31_000);
    expect(await readIds()).toEqual(ids(20));
  });
  append(log, ids(5, 20));
  await vi.waitFor(async () => {
    await vi.advanceTimersByTimeAsync(31_000);
    expect(await readIds()).toEqual(ids(25));
  });
  await log.close();
  expect(complaints.length).toBeGreaterThan(0);
  expect(complaints.every(({ dropped }) => dropped === 0)).toBe(true);
});

it('waits longer between attempts, and no longer than half a minute', async () => {
  const prototype = await handlePrototype();
  const times: number[] = [];
  vi.spyOn(prototype, 'write').mockImplementation(() => {
    times.push(Date.now());
    return Promise.reject(new Error('EIO'));
  });
  vi.useFakeTimers();
  const log = await openLog(path, complain);
  append(log, ids(1));
  for (let second = 0; second < 180; second += 1) {
    await vi.advanceTimersByTimeAsync(1_000);
    append(log, ids(1, second + 1));
  }
  // To 10 ms: the fake clock moves a little while promises settle.
  const pauses = times.slice(1).map((time, index) => Math.floor((time - (times[index] ?? 0)) / 10) * 10);
  expect(pauses.slice(0, 4)).toEqual([100, 200, 400, 800]);
  expect(Math.max(...pauses)).toBe(30_000);
  expect(complaints.length).toBe(times.length);
  vi.restoreAllMocks();
  vi.useRealTimers();
  await log.close();
  expect(await readIds()).toEqual(ids(181));
});

it('complains of a device that is full, and neither throws nor waits', async () => {
  const log = await openLog('/dev/full', complain);
  append(log, ids(10));
  await vi.waitFor(() => expect(complaints.length).toBeGreaterThan(0));
  expect(complaints[0]?.message).toContain('ENOSPC');
  append(log, ids(10));
  const started = performance.now();
  await log.close();
  expect(performance.now() - started).toBeLessThan(1_000);
  expect(complaints.at(-1)?.dropped).toBe(20);
});

it('drops the oldest records where memory would grow, and counts them', async () => {
  const prototype = await handlePrototype();
  let isFull = true;
  const write = prototype.write;
  vi.spyOn(prototype, 'write').mockImplementation(function (this: unknown, bytes: Buffer) {
    return isFull ? Promise.reject(new Error('ENOSPC')) : write.call(this, bytes);
  });
  const log = await openLog(path, complain);
  append(log, ['d-first']);
  await vi.waitFor(() => expect(complaints).toHaveLength(1));
  const explanation = ['x'.repeat(1024 * 1024)];
  const wanted = ids(40);
  for (const id of wanted) log.append(recordOf({ id, explanation }));
  await vi.waitFor(() => expect(complaints.at(-1)?.dropped).toBeGreaterThan(0));
  isFull = false;
  await log.close();
  const kept = await readIds();
  // What was being written is kept; then the newest.
  expect(kept).toEqual(['d-first', ...wanted.slice(-(kept.length - 1))]);
  expect(kept).toHaveLength(1 + Math.floor(mostUnwrittenCharacters / (1024 * 1024 + 400)));
  expect(complaints.at(-1)?.dropped).toBe(41 - kept.length);
});

it('says how many records it lost when it is closed on a disk that stays full', async () => {
  const log = await openLog('/dev/full', complain);
  append(log, ids(7));
  await log.close();
  expect(complaints.at(-1)).toMatchObject({ dropped: 7 });
  append(log, ids(1));
  await vi.waitFor(() => expect(complaints.at(-1)?.dropped).toBe(8));
});
