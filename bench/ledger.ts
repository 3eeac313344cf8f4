/**
 * The file ledger by itself: `node bench/ledger.ts [folder]`. Entries per second with one sync per group, the time of a restart
 * with a million records, and memory per governed object. The folder (by default of the system's temporary files) is on the disk
 * that is measured; what is written there is removed.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { BypassEntry, HoldEntry, LedgerEntry, OutcomeEntry } from '../src/ledger/entry.ts';
import type { FileLedger } from '../src/ledger/file/file-ledger.ts';
import { openFolder, systemClock, thisProcess } from '../src/ledger/file/node.ts';
import { openFileLedger } from '../src/ledger/file/open.ts';
import { apply } from '../src/ledger/project.ts';
import { emptyState } from '../src/ledger/state.ts';
import { quantile } from './statistics.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const root = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'flyball-bench-ledger-'));

async function open(folder: string): Promise<FileLedger> {
  const files = await openFolder(folder);
  const opened = await openFileLedger({
    files,
    clock: systemClock,
    owner: thisProcess,
    complain: console.error,
  });
  if (!opened.ok) throw new Error(opened.problem);
  if (opened.findings.length > 0) throw new Error(JSON.stringify(opened.findings));
  return opened.ledger;
}

function holdOf(number: number, at: number, objects: number): HoldEntry {
  const object = `apps/Deployment/shop/checkout-${number % objects}`;
  const key = number.toString(16).padStart(32, '0');
  const from = 3 + (Math.floor(number / objects) % 7);
  return {
    kind: 'Hold',
    key,
    at,
    object,
    base: `${number}`,
    actor: 'system:serviceaccount:ml-platform:rl-autoscaler',
    decision: `d-${key.slice(-12)}`,
    moves: [{ parameter: 'replicas', type: 'integer', from: `${from}`, to: `${from + 1}` }],
  };
}

function outcomeOf({ key, object, base }: HoldEntry, at: number): OutcomeEntry {
  return { kind: 'Outcome', key, at, object, outcome: 'committed', resourceVersion: `${base}1` };
}

/** Each caller records a hold, waits until it is durable, and says what became of it: what a charged decision does. */
async function throughput(concurrent: number, seconds: number): Promise<string> {
  const ledger = await open(join(root, `throughput-${concurrent}`));
  const waits: number[] = [];
  let number = 0;
  const begin = performance.now();
  const call = async (): Promise<void> => {
    while (performance.now() - begin < seconds * 1000) {
      number += 1;
      const asked = performance.now();
      const hold = holdOf(number, ledger.now(), 1000);
      const recorded = await ledger.record([hold]);
      if (!recorded.ok) throw new Error(recorded.problem);
      waits.push(performance.now() - asked);
      ledger.append(outcomeOf(hold, ledger.now()));
    }
  };
  await Promise.all(Array.from({ length: concurrent }, call));
  const rate = (number / (performance.now() - begin)) * 1000;
  await ledger.close();
  const sorted = Float64Array.from(waits).sort();
  const [median, high] = [0.5, 0.99].map((share) => quantile(sorted, share).toFixed(2));
  return `| ${concurrent} | ${rate.toFixed(0)} | ${median} | ${high} |`;
}

/** Entries of a million, in groups: half holds, half outcomes. */
async function fill(ledger: FileLedger, records: number, objects: number): Promise<void> {
  let at = ledger.now() - 86_400_000;
  for (let number = 0; number < records / 2; number += 500) {
    const entries: LedgerEntry[] = [];
    for (let next = number; next < number + 500; next += 1) {
      at += 150;
      const hold = holdOf(next, at, objects);
      entries.push(hold, outcomeOf(hold, at + 50));
    }
    const recorded = await ledger.record(entries);
    if (!recorded.ok) throw new Error(recorded.problem);
  }
}

async function restart(records: number, objects: number): Promise<string[]> {
  const folder = join(root, 'restart');
  const first = await open(folder);
  const began = performance.now();
  await fill(first, records, objects);
  const filled = performance.now() - began;
  await first.close();
  const withSnapshot = await timeOpen(folder);
  for (const name of readdirSync(folder)) if (name.startsWith('snapshot')) rmSync(join(folder, name));
  const without = await timeOpen(folder);
  return [
    `| the newest snapshot and what is behind it | ${withSnapshot} |`,
    `| the whole log, no snapshot | ${without} |`,
    `| (writing them, for comparison) | ${(filled / 1000).toFixed(2)} s | |`,
  ];
}

/** The processor's time beside it: on a busy machine, the one that can be compared. */
async function timeOpen(folder: string): Promise<string> {
  collect();
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  const ledger = await open(folder);
  const [seconds, used] = [(performance.now() - began) / 1000, process.cpuUsage(cpu)];
  await ledger.close();
  return `${seconds.toFixed(2)} s | ${((used.user + used.system) / 1e6).toFixed(2)} s`;
}

function memory(objects: number, movements: number): string {
  collect();
  const before = process.memoryUsage().heapUsed;
  const state = emptyState();
  for (let number = 0; number < objects * movements; number += 1) {
    const hold = holdOf(number, 1_700_000_000_000 + number, objects);
    const { object, actor, moves } = JSON.parse(JSON.stringify(hold)) as BypassEntry;
    apply(state, { kind: 'Bypass', at: hold.at, object, actor, moves, resourceVersion: `${number}` });
  }
  collect();
  const bytes = (process.memoryUsage().heapUsed - before) / state.objects.size;
  return `| ${movements} | ${bytes.toFixed(0)} |`;
}

async function report(): Promise<void> {
  console.log(
    '| concurrent calls | entries made durable per second | median wait, ms | p99, ms |\n|---|---|---|---|',
  );
  for (const concurrent of [1, 16, 64]) console.log(await throughput(concurrent, 4));
  console.log('\n| restart with 1,000,000 records of 10,000 objects | wall | processor |\n|---|---|---|');
  for (const line of await restart(1_000_000, 10_000)) console.log(line);
  console.log('\n| movements kept of each of 10,000 objects | bytes of heap per object |\n|---|---|');
  for (const movements of [1, 20, 100, 512]) console.log(memory(10_000, movements));
}

try {
  await report();
} finally {
  rmSync(root, { recursive: true, force: true });
}
