import { describe, expect, it } from 'vitest';
import { numberOfSegment } from '../../../../src/ledger/file/names.ts';
import { openFileLedger } from '../../../../src/ledger/file/open.ts';
import { mostQueuedCharacters } from '../../../../src/ledger/file/queue.ts';
import { bypass, hold, outcome, web } from '../entries.ts';
import { Disk, type Fault, newOwner, TestClock, turn } from './disk.ts';
import { linesIn, open, recordOf } from './folder.ts';

const start = 1_700_000_000_000;

async function fresh(options: Parameters<typeof open>[2] = {}) {
  const clock = new TestClock(start);
  const disk = new Disk(clock.now);
  const { ledger } = await open(disk, clock, options);
  return { clock, disk, ledger };
}

function keysIn(disk: Disk): string[] {
  return linesIn(disk.contents()).flatMap((line) => recordOf(line).key ?? []);
}

/** Fails such calls on segments. */
function failing(disk: Disk, call: string, fault: Fault): void {
  disk.faults = (asked, name) =>
    asked === call && (call === 'syncFolder' || numberOfSegment(name) !== undefined) ? fault : undefined;
}

describe('a disk that fails', () => {
  it.each([
    ['write', 'EIO', 1],
    ['write', 'ENOSPC', 1],
    ['write', 'EROFS', 1],
    ['sync', 'EIO', 1],
    ['sync', 'ENOSPC', 1],
    ['open create', 'ENOSPC', 0],
    ['open create', 'EROFS', 0],
    ['syncFolder', 'EIO', 0],
  ] as const)(
    'at %s with %s refuses what waits, and is whole when it recovers',
    async (call, fault, before) => {
      const { clock, disk, ledger } = await fresh();
      if (before === 1) expect(await ledger.record([hold('a', start)])).toEqual({ ok: true });
      failing(disk, call, fault);
      expect(await ledger.record([hold('b', start)])).toEqual({ ok: false, problem: `${fault}: injected` });
      expect(ledger.readHealth()).toEqual({ status: 'failing', problem: `${fault}: injected`, since: start });
      expect(ledger.readHolds(web).map(({ key }) => key)).toEqual(before === 1 ? ['a'] : []);
      // Until the next attempt, nobody waits for a disk.
      const calls = disk.calls;
      expect(await ledger.record([hold('c', start)])).toMatchObject({ ok: false });
      expect(disk.calls).toBe(calls);
      disk.faults = () => undefined;
      clock.advance(250);
      await turn();
      expect(ledger.readHealth()).toEqual({ status: 'writable' });
      expect(await ledger.record([hold('b', start)])).toEqual({ ok: true });
      await ledger.close();
      expect(keysIn(disk)).toEqual(before === 1 ? ['a', 'b'] : ['b']);
      const again = await open(disk, clock);
      expect(again.findings).toEqual([]);
      await again.ledger.close();
    },
  );

  it('says in the log when that was, and of what', async () => {
    const { clock, disk, ledger } = await fresh();
    failing(disk, 'open create', 'ENOSPC');
    await ledger.record([hold('a', start)]);
    disk.faults = () => undefined;
    clock.advance(250);
    await turn();
    await ledger.close();
    const records = linesIn(disk.contents()).map(recordOf);
    expect(records).toEqual([{ kind: 'Interruption', since: start, problem: 'ENOSPC: injected' }]);
  });

  it('by short writes is written to until all is there', async () => {
    const { clock, disk, ledger } = await fresh();
    let writes = 0;
    disk.faults = (call) => {
      if (call !== 'write') return undefined;
      writes += 1;
      return writes % 4 === 0 ? undefined : 'short';
    };
    for (const key of ['a', 'b', 'c']) expect(await ledger.record([hold(key, start)])).toEqual({ ok: true });
    await ledger.close();
    const again = await open(disk, clock);
    expect(again.findings).toEqual([]);
    expect(keysIn(disk)).toEqual(['a', 'b', 'c']);
  });

  it('that takes no byte has failed', async () => {
    const { disk, ledger } = await fresh();
    const handle = disk.open.bind(disk);
    disk.open = async (name, how) => ({ ...(await handle(name, how)), write: () => Promise.resolve(0) });
    expect(await ledger.record([hold('a', start)])).toEqual({
      ok: false,
      problem: 'nothing could be written',
    });
  });

  it('at a sync is not asked to sync the same pages again: a new segment is begun', async () => {
    const { clock, disk, ledger } = await fresh();
    await ledger.record([hold('a', start)]);
    failing(disk, 'sync', 'EIO');
    await ledger.record([hold('b', start)]);
    disk.faults = () => undefined;
    clock.advance(250);
    expect(await ledger.record([hold('c', start)])).toEqual({ ok: true });
    expect([...disk.contents().keys()].filter((name) => numberOfSegment(name) !== undefined)).toHaveLength(2);
    // The power goes: what was acknowledged is there, in spite of pages that only seemed clean.
    const after = disk.afterCrash(() => 0.99, clock.now);
    const again = await open(after, clock);
    expect(again.findings).toEqual([]);
    expect(keysIn(after)).toEqual(['a', 'c']);
  });

  it('at cutting off what was begun is written to no further', async () => {
    const { clock, disk, ledger } = await fresh();
    await ledger.record([hold('a', start)]);
    failing(disk, 'write', 'ENOSPC');
    await ledger.record([hold('b', start)]);
    failing(disk, 'truncate', 'EIO');
    for (let attempt = 0; attempt < 3; attempt += 1) {
      clock.advance(250);
      expect(await ledger.record([hold('c', start)])).toMatchObject({ ok: false });
      await turn();
    }
    // What was begun is still there: a start cuts it off.
    const again = await open(disk.afterKill(clock.now), clock);
    expect(again.findings.map(({ kind }) => kind)).toEqual(['torn']);
    expect(again.ledger.readHolds(web).map(({ key }) => key)).toEqual(['a']);
  });

  it('keeps what nobody waits for: it counts at once, and is written once', async () => {
    const { clock, disk, ledger } = await fresh();
    await ledger.record([hold('a', start)]);
    failing(disk, 'write', 'EIO');
    ledger.append(outcome('a', start + 1, 'committed'));
    const decision = { kind: 'Decision', id: 'd1' };
    ledger.append(decision);
    clock.advance(1000);
    await turn();
    clock.advance(250);
    await turn();
    expect(ledger.readHealth()).toMatchObject({ status: 'failing' });
    expect(ledger.readHistory(web, 'replicas').movements).toHaveLength(1);
    disk.faults = () => undefined;
    clock.advance(250);
    await turn();
    expect(ledger.readHistory(web, 'replicas').movements).toHaveLength(1);
    const kinds = linesIn(disk.contents()).map((line) => recordOf(line).kind);
    expect(kinds).toEqual(['Hold', 'Interruption', 'Outcome', 'Decision']);
  });

  it('for too long loses records, says how many, and what that means for the history', async () => {
    const { clock, disk, ledger } = await fresh();
    failing(disk, 'open create', 'EROFS');
    ledger.append(bypass('9', start));
    clock.advance(1000);
    await turn();
    const decision = { kind: 'Decision', text: 'x'.repeat(mostQueuedCharacters / 4) };
    for (let count = 0; count < 6; count += 1) ledger.append(decision);
    disk.faults = () => undefined;
    clock.advance(250);
    await turn();
    const records = linesIn(disk.contents()).map(recordOf);
    // The interruption, the bypass, and three decisions.
    expect(records.slice(0, 2)).toMatchObject([
      { kind: 'Dropped', records: 5 },
      { kind: 'Gap', from: start, until: start },
    ]);
    expect(records.slice(2).map(({ kind }) => kind)).toEqual(['Decision', 'Decision', 'Decision']);
    expect(ledger.readHistory(web, 'replicas').forgotten?.until).toBe(start);
  });

  it('that loses what was durable is told by what is there, and a snapshot saves the state', async () => {
    const { clock, disk, ledger } = await fresh();
    for (const key of ['a', 'b', 'c']) await ledger.record([hold(key, start)]);
    const [[name, bytes] = ['', Buffer.alloc(0)]] = [...disk.contents()].filter(([it]) => it !== 'lock');
    disk.put(name, bytes.subarray(0, 300));
    failing(disk, 'write', 'EIO');
    await ledger.record([hold('d', start)]);
    disk.faults = () => undefined;
    clock.advance(250);
    expect(await ledger.record([hold('e', start)])).toEqual({ ok: true });
    await ledger.close();
    const again = await open(disk, clock);
    expect(again.ledger.readHolds(web).map(({ key }) => key)).toEqual(['a', 'b', 'c', 'e']);
  });

  it('at snapshots is complained of, and nothing else', async () => {
    const complaints: string[] = [];
    const { disk, ledger } = await fresh({
      segmentBytes: 200,
      complain: (problem) => complaints.push(problem),
    });
    disk.faults = (call, name) => (call === 'write' && name.startsWith('snapshot') ? 'ENOSPC' : undefined);
    expect(await ledger.record([hold('a', start)])).toEqual({ ok: true });
    await turn();
    expect(complaints).toEqual(['no snapshot could be written: ENOSPC: injected']);
    expect(ledger.readHealth()).toEqual({ status: 'writable' });
    disk.faults = () => undefined;
    expect(await ledger.record([hold('b', start)])).toEqual({ ok: true });
    await turn();
    expect([...disk.contents().keys()].some((name) => /^snapshot-\d+\.jsonl$/.test(name))).toBe(true);
  });
});

describe('a group', () => {
  it('is what came while the one before was under way: one sync for all', async () => {
    const { disk, ledger } = await fresh();
    let syncs = 0;
    disk.faults = (call) => {
      if (call === 'sync') syncs += 1;
      return undefined;
    };
    await Promise.all(Array.from({ length: 64 }, (_, at) => ledger.record([hold(`k${at}`, start)])));
    expect(syncs).toBeLessThanOrEqual(2);
    expect(keysIn(disk)).toHaveLength(64);
  });

  it('is resolved when it is durable, not before', async () => {
    const { clock, disk, ledger } = await fresh();
    let isRecorded = false;
    disk.isFree = false;
    const recorded = ledger.record([hold('a', start)]).then(() => {
      isRecorded = true;
    });
    const seen: string[] = [];
    while (!isRecorded) {
      await turn();
      seen.push(disk.waiting[0]?.call ?? '');
      if (seen.at(-1) !== '') expect(isRecorded).toBe(false);
      disk.letThrough(() => 0);
      await turn();
    }
    await recorded;
    expect(seen).toEqual(['open create', 'syncFolder', 'write', 'sync']);
    const again = await open(
      disk.afterCrash(() => 0, clock.now),
      clock,
    );
    expect(again.ledger.readHolds(web).map(({ key }) => key)).toEqual(['a']);
  });

  it('takes what was appended, which else goes within a second', async () => {
    const { clock, disk, ledger } = await fresh();
    const decision = { kind: 'Decision' };
    ledger.append(decision);
    await ledger.record([hold('a', start)]);
    ledger.append(decision);
    await turn();
    expect(linesIn(disk.contents()).map((line) => recordOf(line).kind)).toEqual(['Decision', 'Hold']);
    clock.advance(1000);
    await turn();
    expect(linesIn(disk.contents())).toHaveLength(3);
  });
});

describe('the folder', () => {
  it('is one process', async () => {
    const owner = newOwner();
    const { clock, disk, ledger } = await fresh({ owner });
    const here = await openFileLedger({ files: disk, clock, owner });
    expect(here).toEqual({ ok: false, problem: 'this process has the folder open already' });
    await ledger.close();
    const next = await openFileLedger({ files: disk, clock, owner: newOwner() });
    expect(next.ok).toBe(true);
  });

  it.each([
    ['a live process of this host', { host: 'node', alive: true, age: 2000 }, false],
    ['one that was killed', { host: 'node', alive: false, age: 2000 }, true],
    ['one whose number another process has now', { host: 'node', alive: true, age: 30_000 }, true],
    ['another host', { host: 'other', alive: false, age: 2000 }, false],
    ['another host that was not heard for 30 s', { host: 'other', alive: false, age: 30_000 }, true],
  ])('of %s', async (_, { host, alive, age }, isFree) => {
    const clock = new TestClock(start);
    const disk = new Disk(clock.now);
    const holder = { pid: 7, host, token: 'other', beat: start - age };
    disk.put('lock', Buffer.from(JSON.stringify(holder)));
    const owner = { pid: 8, host: 'node', isAlive: () => alive, held: new Set<string>() };
    const opened = await openFileLedger({ files: disk, clock, owner });
    expect(opened).toMatchObject(
      isFree
        ? { ok: true }
        : {
            ok: false,
            problem: `process 7 on \`${host}\` has the folder open, and was heard 2 s ago; it is free 30 s after that`,
          },
    );
    if (opened.ok) await opened.ledger.close();
  });

  it('that another took while we were stopped is not written to', async () => {
    const { clock, disk, ledger } = await fresh();
    await ledger.record([hold('a', start)]);
    clock.wall += 60_000;
    disk.put(
      'lock',
      Buffer.from(JSON.stringify({ pid: 9, host: 'other', token: 'theirs', beat: clock.wall })),
    );
    expect(await ledger.record([hold('b', start)])).toEqual({
      ok: false,
      problem: 'another process has taken the folder',
    });
    expect(keysIn(disk)).toEqual(['a']);
    await ledger.close();
    expect(disk.contents().has('lock')).toBe(true);
  });

  it('that cannot be written at the start is said', async () => {
    const clock = new TestClock(start);
    const disk = new Disk(clock.now);
    disk.faults = (call) => (call === 'open lock' ? 'EROFS' : undefined);
    const opened = await openFileLedger({ files: disk, clock, owner: newOwner() });
    expect(opened).toEqual({ ok: false, problem: 'the folder cannot be locked: EROFS: injected' });
  });

  it('that cannot be read at the start is said, and left', async () => {
    const { clock, disk, ledger } = await fresh();
    await ledger.record([hold('a', start)]);
    await ledger.close();
    disk.faults = (call, name) => (call === 'read' && name !== 'lock' ? 'EIO' : undefined);
    const opened = await openFileLedger({ files: disk, clock, owner: newOwner() });
    expect(opened).toEqual({ ok: false, problem: 'the log cannot be read: EIO: injected' });
    disk.faults = () => undefined;
    expect((await open(disk, clock)).ledger.readHolds(web)).toHaveLength(1);
  });
});
