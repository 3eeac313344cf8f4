/**
 * Random work on a disk that fails at random, until the power goes at a random call; then a start on what is left, and so on.
 * After each start: what was acknowledged is there, nothing is there twice, nothing but a torn end is amiss, and the state is the fold of the log.
 * A seed is a run: `SEED=123 vitest run simulation` repeats one, `SEEDS=5000` tries more.
 */
import { describe, expect, it } from 'vitest';
import type { LedgerEntry } from '../../../../src/ledger/entry.ts';
import type { FileLedger } from '../../../../src/ledger/file/file-ledger.ts';
import { bypass, hold, move, outcome, proposal, seen } from '../entries.ts';
import { Disk, type Fault, type Random, randomFrom, TestClock, turn } from './disk.ts';
import { foldOf, linesIn, type Opened, open, recordOf, show } from './folder.ts';

const start = 1_700_000_000_000;
const generations = 3;

/** What a run remembers of what it was told. */
class Run {
  readonly random: Random;
  readonly clock = new TestClock(start);
  disk: Disk;
  /** Keys of entries that were acknowledged: they must be there. */
  readonly acknowledged: string[] = [];
  /** Refused while the ledger lived on: they must not be, unless it died before it could cut them off. */
  readonly refused: string[] = [];
  #count = 0;

  constructor(seed: number) {
    this.random = randomFrom(seed);
    this.disk = new Disk(this.clock.now);
  }

  pick<T>(list: readonly T[]): T | undefined {
    return list[Math.floor(this.random() * list.length)];
  }

  /** An entry of its own name, so that it can be looked for. */
  entry(ledger: FileLedger): LedgerEntry & { readonly key: string } {
    this.#count += 1;
    const key = `k${this.#count}`;
    const object = `apps/Deployment/shop/o${Math.floor(this.random() * 4)}`;
    const at = ledger.now();
    const open = ledger.readHolds(object);
    const [from, to] = [this.random(), this.random()].map((share) => `${Math.floor(share * 20)}`);
    const moves = [move(from ?? '0', to ?? '0')];
    const held = this.pick(open);
    const settled = this.pick(['committed', 'void', 'expired'] as const) ?? 'void';
    const entries: LedgerEntry[] = [
      hold(key, at, { object, moves, base: `${Math.floor(this.random() * 3)}` }),
      outcome(held?.key ?? key, at, settled, { object }),
      bypass(key, at, { object, moves }),
      proposal(at, to ?? '0', object),
      seen(this.random() < 0.3 ? '' : key, at, to ?? '0', object),
    ];
    // Named beside what it is, for the look-up alone.
    return { ...(this.pick(entries) ?? hold(key, at)), ...{ name: key } } as LedgerEntry & { key: string };
  }
}

function nameOf(record: object): string | undefined {
  return 'name' in record ? String(record.name) : undefined;
}

/** Faults come in spells, as those of disks do. */
function misbehave(run: Run): void {
  const kinds: Fault[] = ['EIO', 'ENOSPC', 'short', 'EROFS'];
  let left = 0;
  let fault: Fault | undefined;
  run.disk.faults = (call) => {
    if (call === 'close' || call === 'open lock') return undefined;
    if (left === 0 && run.random() < 0.03) {
      left = 1 + Math.floor(run.random() * 6);
      fault = run.pick(kinds);
    }
    if (left === 0) return undefined;
    left -= 1;
    return run.random() < 0.7 ? fault : undefined;
  };
}

async function work(run: Run, ledger: FileLedger): Promise<void> {
  misbehave(run);
  run.disk.isFree = false;
  const end = run.disk.calls + Math.floor(run.random() * 120);
  for (let step = 0; run.disk.calls < end && step < 1000; step += 1) {
    const what = run.random();
    if (what < 0.35) ask(run, ledger);
    else if (what < 0.45) ledger.append(run.entry(ledger));
    else if (what < 0.5) ledger.append({ kind: 'Decision', id: `d${step}` } as { kind: string });
    else if (what < 0.6) run.clock.advance(Math.floor(run.random() * 2000));
    else if (what < 0.61) run.clock.wall += Math.floor((run.random() - 0.5) * 7_200_000);
    else run.disk.letThrough(run.random);
    await turn();
  }
}

function ask(run: Run, ledger: FileLedger): void {
  const entries = Array.from({ length: 1 + Math.floor(run.random() * 3) }, () => run.entry(ledger));
  const names = entries.flatMap((entry) => nameOf(entry) ?? []);
  ledger.record(entries).then((recorded) => {
    (recorded.ok ? run.acknowledged : run.refused).push(...names);
  });
}

/** While it lived: its state is the fold of what it knew to be durable, and what it refused is not in there. */
function checkLive(run: Run, ledger: FileLedger): void {
  if (ledger.readHealth().status === 'failing') return;
  const lines = linesIn(run.disk.contents()).slice(0, ledger.readPlace().n);
  expect(show(ledger.readState())).toEqual(show(foldOf(lines)));
  const there = new Set(lines.flatMap((line) => nameOf(recordOf(line)) ?? []));
  expect(run.refused.filter((name) => there.has(name))).toEqual([]);
}

function check(run: Run, { ledger, findings }: Opened): void {
  expect(findings.filter(({ kind }) => kind !== 'torn' && !isNewlineAlone(kind, findings))).toEqual([]);
  const lines = linesIn(run.disk.contents());
  // The torn end is still there: it is cut off before the first write.
  const { n } = ledger.readPlace();
  const kept = lines.filter((line, at) => line.n <= n && line.n === at + 1);
  expect(kept.map((line) => line.n)).toEqual(Array.from({ length: n }, (_, at) => at + 1));
  const names = kept.flatMap((line) => nameOf(recordOf(line)) ?? []);
  expect(new Set(names).size).toBe(names.length);
  const there = new Set(names);
  expect(run.acknowledged.filter((name) => !there.has(name))).toEqual([]);
  expect(show(ledger.readState())).toEqual(show(foldOf(kept)));
}

function isNewlineAlone(kind: string, findings: Opened['findings']): boolean {
  return kind === 'damaged' && findings.some(({ message }) => message.endsWith('its last record is whole'));
}

async function simulate(seed: number): Promise<number> {
  const run = new Run(seed);
  const segmentBytes = 600 + Math.floor(run.random() * 4000);
  for (let generation = 0; generation < generations; generation += 1) {
    run.disk.isFree = true;
    const opened = await open(run.disk, run.clock, { segmentBytes });
    check(run, opened);
    await work(run, opened.ledger);
    checkLive(run, opened.ledger);
    // A ledger that died before it could cut them off leaves them to be found: holds that expire.
    run.refused.length = 0;
    const next =
      run.random() < 0.8 ? run.disk.afterCrash(run.random, run.clock.now) : run.disk.afterKill(run.clock.now);
    run.disk = next;
  }
  check(run, await open(run.disk, run.clock, { segmentBytes }));
  return run.acknowledged.length;
}

describe('a ledger on a disk that fails', () => {
  const given = process.env['SEED'];
  const length = Number(process.env['SEEDS'] ?? 200);
  const seeds = given === undefined ? Array.from({ length }, (_, at) => at + 1) : [Number(given)];

  it(`keeps what it acknowledged, for ${seeds.length} seeds`, { timeout: 600_000 }, async () => {
    let acknowledged = 0;
    for (const seed of seeds) {
      try {
        acknowledged += await simulate(seed);
      } catch (error) {
        throw new Error(`seed ${seed}`, { cause: error });
      }
    }
    // Else nothing was tested.
    if (given === undefined) expect(acknowledged).toBeGreaterThan(seeds.length * 10);
  });
});
