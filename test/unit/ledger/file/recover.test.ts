import { describe, expect, it } from 'vitest';
import type { History } from '../../../../src/core/history.ts';
import type { LedgerEntry } from '../../../../src/ledger/entry.ts';
import { piecesOf } from '../../../../src/ledger/file/line.ts';
import { segmentsOf } from '../../../../src/ledger/file/recover.ts';
import { unknownAmount } from '../../../../src/ledger/state.ts';
import { bypass, hold, move, outcome, web } from '../entries.ts';
import { Disk, TestClock } from './disk.ts';
import { foldOf, linesIn, type Opened, open, recordOf, show } from './folder.ts';

const start = 1_700_000_000_000;
const day = 86_400_000;

/** Six lines, each durable before the next was written, one second apart. */
const entries: readonly LedgerEntry[] = [
  hold('a', start + 1000),
  outcome('a', start + 2000, 'committed', { resourceVersion: '8' }),
  bypass('9', start + 3000),
  hold('b', start + 4000, { base: '9', moves: [move('9', '10')] }),
  outcome('b', start + 5000, 'committed', { resourceVersion: '10' }),
  bypass('11', start + 6000, { moves: [move('10', '2')] }),
];

async function written(segmentBytes = 1 << 20): Promise<Map<string, Buffer>> {
  const clock = new TestClock(start);
  const disk = new Disk(clock.now);
  const { ledger } = await open(disk, clock, { segmentBytes });
  for (const entry of entries) {
    clock.advance(1000);
    expect(await ledger.record([entry])).toEqual({ ok: true });
  }
  await ledger.close();
  return disk.contents();
}

interface Reopened extends Opened {
  readonly disk: Disk;
  readonly history: History | undefined;
}

async function reopened(contents: ReadonlyMap<string, Buffer>, at = start + 10_000): Promise<Reopened> {
  const clock = new TestClock(at);
  const disk = new Disk(clock.now, contents);
  const opened = await open(disk, clock);
  return { ...opened, disk, history: opened.ledger.readHistory(web, 'replicas') };
}

/** The log goes on: what is written now is there after the next start, and nothing more is found amiss than before. */
async function goesOn({ ledger, disk, findings }: Reopened): Promise<void> {
  const next = ledger.now() + 1000;
  expect(await ledger.record([bypass('next', next)])).toEqual({ ok: true });
  await ledger.close();
  const again = await reopened(disk.contents(), next);
  expect(again.history?.movements.at(-1)?.at).toBe(next);
  const damage = findings.filter(({ kind }) => kind === 'damaged');
  expect(again.findings.filter(({ kind }) => kind === 'damaged')).toEqual(damage);
  expect(again.findings.some(({ kind }) => kind === 'torn')).toBe(false);
  await again.ledger.close();
}

const contents = await written();
const [[segment, log] = ['', Buffer.alloc(0)]] = [...contents];
const whole = foldOf(linesIn(contents));
const ends = [...piecesOf(log)].map(({ end }) => end);

it('a log that is whole is read as it was written', async () => {
  const it = await reopened(contents);
  expect(it.findings).toEqual([]);
  expect(linesIn(contents).map((line) => recordOf(line))).toEqual(entries);
  expect(show(it.ledger.readState())).toEqual(show(whole));
  await goesOn(it);
});

describe('a torn end', () => {
  const from = ends[3] ?? 0;
  const cuts = Array.from({ length: log.length - from }, (_, at) => from + at);

  it('at every byte of the last lines costs what was not finished, and is said', async () => {
    for (const cut of cuts) {
      const it = await reopened(new Map([[segment, log.subarray(0, cut)]]));
      // A line that lacks its newline alone is whole.
      const lines = ends.filter((end) => end <= cut + 1).length;
      const isAtEnd = ends.includes(cut);
      const kinds = it.findings.map(({ kind }) => kind);
      expect([cut, kinds]).toEqual([cut, isAtEnd ? [] : [ends.includes(cut + 1) ? 'damaged' : 'torn']]);
      expect(it.history?.forgotten).toBeUndefined();
      expect(show(it.ledger.readState())).toEqual(show(foldOf(linesIn(contents).slice(0, lines))));
      if (cut % 40 === 0 || isAtEnd) await goesOn(it);
    }
  });

  it('of zeros is one, also with lines of the same group behind it', async () => {
    const clock = new TestClock(start);
    const disk = new Disk(clock.now);
    const { ledger } = await open(disk, clock);
    await ledger.record([hold('first', start)]);
    await ledger.record(['a', 'b', 'c'].map((key) => hold(key, start)));
    await ledger.close();
    const [[name, bytes] = ['', Buffer.alloc(0)]] = [...disk.contents()];
    const [first = 0, second = 0] = [...piecesOf(bytes)].map(({ end }) => end);
    const zeroed = Buffer.from(bytes).fill(0, first + 20, second - 30);
    const it = await reopened(new Map([[name, zeroed]]));
    expect(it.findings.map(({ kind }) => kind)).toEqual(['torn']);
    expect(it.ledger.readHolds(web).map(({ key }) => key)).toEqual(['first']);
    await goesOn(it);
  });

  it('is none where later lines prove that it was durable', async () => {
    const zeroed = Buffer.from(log).fill(0, (ends[3] ?? 0) + 20, (ends[4] ?? 0) - 30);
    const it = await reopened(new Map([[segment, zeroed]]));
    expect(it.findings.map(({ kind }) => kind)).toEqual(['damaged', 'missing']);
    expect(it.history?.forgotten).toEqual({ until: start + 6000, ...unknownAmount });
    await goesOn(it);
  });
});

describe('damage', () => {
  it('of any bit is found, said, and holds back what reaches into it', async () => {
    const original = whole.objects.get(web)?.parameters.get('replicas')?.movements ?? [];
    for (let at = 0; at < log.length; at += 1) {
      const flipped = Buffer.from(log);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << ((at * 5) % 8));
      const it = await reopened(new Map([[segment, flipped]]));
      expect([at, it.findings.length > 0]).toEqual([at, true]);
      expect([at, it.findings.some(({ kind }) => kind === 'torn')]).toEqual([at, false]);
      // Only the newline at the end is worth nothing.
      if (at === log.length - 1) expect(it.history?.movements).toEqual(original);
      else expect([at, isHeld(it.history, original)]).toEqual([at, true]);
      if (at % 50 === 0) await goesOn(it);
    }
  });

  /** Each movement is there, or counts as more, no earlier. */
  function isHeld(history: History | undefined, original: History['movements']): boolean {
    const forgotten = history?.forgotten;
    if (forgotten?.change !== unknownAmount.change) return false;
    return original.every(
      ({ at }) => at <= forgotten.until || history?.movements.some((one) => one.at === at) === true,
    );
  }

  it('ends when its time has left the window', async () => {
    const flipped = Buffer.from(log);
    flipped[(ends[0] ?? 0) + 100] = 0x21;
    const { history, ledger } = await reopened(new Map([[segment, flipped]]), start + day);
    expect(history?.forgotten?.until).toBe(start + 3000);
    expect(history?.movements.map(({ at }) => at - start)).toEqual([5000, 6000]);
    await ledger.close();
  });

  it('at the end lasts until the start that finds it, then and later', async () => {
    const flipped = Buffer.from(log);
    flipped[log.length - 20] = 0x21;
    const it = await reopened(new Map([[segment, flipped]]), start + day);
    expect(it.history?.forgotten?.until).toBe(start + day);
    await it.ledger.close();
    const again = await reopened(it.disk.contents(), start + 2 * day);
    expect(again.history?.forgotten?.until).toBe(start + day);
    await goesOn(again);
  });

  it('of the order is found: lines twice, swapped, or put in', async () => {
    const lines = ends.map((end, at) => log.subarray(ends[at - 1] ?? 0, end));
    const order = (...places: number[]): Map<string, Buffer> =>
      new Map([[segment, Buffer.concat(places.map((at) => lines[at] ?? Buffer.alloc(0)))]]);
    for (const [places, kinds] of [
      [[0, 1, 1, 2, 3, 4, 5], ['repeated']],
      [
        [0, 2, 1, 3, 4, 5],
        ['missing', 'repeated'],
      ],
      [[0, 1, 2, 4, 5], ['missing']],
    ] as const) {
      const it = await reopened(order(...places));
      expect(it.findings.map(({ kind }) => kind)).toEqual(kinds);
      await goesOn(it);
    }
    const twice = await reopened(order(0, 1, 1, 2, 3, 4, 5));
    expect(show(twice.ledger.readState())).toEqual(show(whole));
  });

  it('that was made to look whole is found by the next line', async () => {
    const other = await written();
    const forged = foldOf(linesIn(other));
    expect(show(forged)).toEqual(show(whole));
    const clock = new TestClock(start);
    const disk = new Disk(clock.now);
    const { ledger } = await open(disk, clock);
    await ledger.record([hold('x', start)]);
    await ledger.close();
    const [[, first] = ['', Buffer.alloc(0)]] = [...disk.contents()];
    const { findings } = await reopened(new Map([[segment, Buffer.concat([first, log.subarray(ends[0])])]]));
    expect(findings.map(({ message }) => message)).toEqual(['record 1 is not the one that was written']);
  });
});

describe('a missing segment', async () => {
  const parts = await written(300);
  const names = segmentsOf([...parts.keys()]).map(({ name }) => name);
  const logOnly = new Map(names.map((name) => [name, parts.get(name) ?? Buffer.alloc(0)]));

  it.each(names.slice(0, -1))('%s is found', async (missing) => {
    const left = new Map([...logOnly].filter(([name]) => name !== missing));
    const it = await reopened(left);
    expect(it.findings.map(({ kind }) => kind)).toEqual(['missing']);
    expect(it.history?.forgotten?.change).toBe(unknownAmount.change);
    await goesOn(it);
  });

  it('costs nothing where a snapshot includes it', async () => {
    expect(names.length).toBeGreaterThan(2);
    const snapshots = [...parts.keys()].filter((name) => name.startsWith('snapshot'));
    expect(snapshots).toHaveLength(2);
    const it = await reopened(new Map([...parts].filter(([name]) => name !== names[0])));
    expect(it.findings).toEqual([]);
    expect(show(it.ledger.readState())).toEqual(show(whole));
    await goesOn(it);
  });

  it('at the end is found by the snapshot that includes it', async () => {
    const newest =
      [...parts.keys()]
        .filter((name) => name.startsWith('snapshot'))
        .sort()
        .at(-1) ?? '';
    const left = new Map([...parts].filter(([name]) => name === newest || name === names[0]));
    const it = await reopened(left);
    expect(it.findings.map(({ kind }) => kind)).toEqual(['missing']);
    await goesOn(it);
  });
});

describe('a snapshot', async () => {
  const parts = await written(300);
  const newest =
    [...parts.keys()]
      .filter((name) => name.startsWith('snapshot'))
      .sort()
      .at(-1) ?? '';
  const bytes = parts.get(newest) ?? Buffer.alloc(0);

  it('that is damaged anywhere is not used, and the one before it is', async () => {
    for (let at = 0; at < bytes.length; at += 1) {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << ((at * 5) % 8));
      const { ledger, findings } = await reopened(new Map(parts).set(newest, flipped));
      expect([at, findings.map(({ kind }) => kind)]).toEqual([at, ['snapshot']]);
      expect(show(ledger.readState())).toEqual(show(whole));
    }
  });

  it('that was not finished is no snapshot', async () => {
    const unfinished = new Map([...parts, [`${newest}.unfinished`, bytes.subarray(0, 50)] as const]);
    const { ledger, findings } = await reopened(unfinished);
    expect(findings).toEqual([]);
    expect(show(ledger.readState())).toEqual(show(whole));
  });
});
