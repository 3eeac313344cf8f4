/** The measurements as Markdown. */
import { cpus, loadavg } from 'node:os';
import type { DecideResult } from './decide.ts';
import type { Measured, Measurements, Pair, Row } from './legs.ts';
import type { LoadingResult } from './loading.ts';
import type { Plan } from './plan.ts';
import { type Spread, spreadOf } from './statistics.ts';

export interface Start {
  readonly server: 'noop' | 'flyball';
  readonly readyMilliseconds: number;
  readonly rssBytes: number;
}

/** All that was measured with a set of so many policies. */
export interface OfPolicies {
  readonly count: number;
  readonly bytes: number;
  readonly starts: readonly Start[];
  readonly loading: LoadingResult;
  readonly decisions: readonly DecideResult[];
  readonly measurements: Measurements;
}

/** The no-op with so much work for each review, in the place of Flyball. */
export interface OfWork {
  readonly microseconds: number;
  readonly measurements: Measurements;
}

export function report(plan: Plan, all: readonly OfPolicies[], work: readonly OfWork[]): string {
  const isBusy = (row: Row): boolean => row.connections > 1;
  return [
    '# Results',
    describeRun(plan),
    '## The aims',
    describeAims(all),
    `## ${plan.connections} connections`,
    'Ratios are Flyball to no-op: the median of the rounds, and the least and greatest. CPU is that of the server process.',
    ratioTable(all, (row) => isBusy(row) && row.actor === 'tuner'),
    '## What no policy governs',
    'The same load by an actor whom no policy means: what each change of such an object costs, where an optimizer makes only some.',
    ratioTable(all, (row) => isBusy(row) && row.actor === 'on-call'),
    '## What work costs',
    'The no-op beside itself with so much work to do for each review (HPA of 2 KiB): no webhook that works so long can do better.',
    workTable(work),
    '## One connection',
    'One request at a time: how long an API server waits, when it has nothing else to ask.',
    ratioTable(all, (row) => !isBusy(row)),
    '## The decision alone',
    '`consider()` in-process, in microseconds. For comparison: `JSON.parse` of the same review, and `decodeReview` (parsing and all checks).',
    decisionTable(all),
    '## Start-up, loading, memory',
    startTable(all),
    '',
  ].join('\n\n');
}

function describeRun({ command, rounds, windowMilliseconds, warmUpMilliseconds }: Plan): string {
  const cores = cpus();
  return [
    `- ${new Date().toISOString().slice(0, 10)}, Node.js ${process.version}, ${cores.length} cores (${cores[0]?.model.trim() ?? 'unknown'})`,
    `- \`${command}\`: ${rounds} rounds of pairs (no-op, then Flyball), ${windowMilliseconds} ms each after ${warmUpMilliseconds} ms of warm-up`,
    `- the machine's load average over the last 15 minutes of the run: ${(loadavg()[2] ?? 0).toFixed(1)}; the run itself makes about 2, more is others' work`,
    '- load, no-op and Flyball are processes of their own; what they are and do: [README](README.md)',
  ].join('\n');
}

interface Aim {
  readonly count: number;
  readonly throughput: number;
}

const aims: readonly Aim[] = [
  { count: 1, throughput: 0.85 },
  { count: 100, throughput: 0.8 },
  { count: 10_000, throughput: 0.8 },
];
const greatestTail = 1.5;

function describeAims(all: readonly OfPolicies[]): string {
  const lines = aims.flatMap(({ count, throughput }) => {
    const rows = all.filter((one) => one.count === count).flatMap((one) => loadedRows(one));
    if (rows.length === 0) return [];
    const lasting = rows.filter(({ perSecond }) => perSecond.median >= throughput).length;
    const quick = rows.filter(({ p99 }) => p99.median <= greatestTail).length;
    const least = Math.min(...rows.map(({ perSecond }) => perSecond.median));
    const longest = Math.max(...rows.map(({ p99 }) => p99.median));
    return [
      `| ${count} | >= ${throughput} | ${lasting} of ${rows.length}, least ${least.toFixed(2)} | <= ${greatestTail} | ${quick} of ${rows.length}, greatest ${longest.toFixed(2)} |`,
    ];
  });
  const head =
    '| policies | throughput, aim | rows that reach it | p99, aim | rows that reach it |\n|---|---|---|---|---|';
  return [head, ...lines].join('\n');
}

function loadedRows({ measurements }: OfPolicies) {
  return [...measurements]
    .filter(([row]) => row.connections > 1 && row.actor === 'tuner')
    .map(([, pairs]) => ({
      perSecond: ratio(pairs, (one) => one.perSecond),
      p99: ratio(pairs, (one) => one.p99Milliseconds),
    }));
}

function ratio(pairs: readonly Pair[], of: (one: Measured) => number): Spread {
  return spreadOf(pairs.map(({ noop, flyball }) => of(flyball) / of(noop)));
}

function ratioTable(all: readonly OfPolicies[], isWanted: (row: Row) => boolean): string {
  const head =
    '| object | KiB | policies | no-op req/s | Flyball req/s | throughput | p50 | p99 | Flyball p50, p99 ms | CPU per request, us | busy, no-op and Flyball |\n|---|---|---|---|---|---|---|---|---|---|---|';
  const lines = all.flatMap(({ count, measurements }) =>
    [...measurements].filter(([row]) => isWanted(row)).map(([row, pairs]) => ratioLine(row, count, pairs)),
  );
  return [head, ...lines].join('\n');
}

function ratioLine({ kind, kibibytes }: Row, count: number, pairs: readonly Pair[]): string {
  const middle = (side: keyof Pair, of: (one: Measured) => number): number =>
    spreadOf(pairs.map((pair) => of(pair[side]))).median;
  const failures = pairs.reduce((sum, { noop, flyball }) => sum + noop.failures + flyball.failures, 0);
  const cells = [
    kind,
    kibibytes,
    count,
    Math.round(middle('noop', (one) => one.perSecond)),
    `${Math.round(middle('flyball', (one) => one.perSecond))}${failures > 0 ? ` (${failures} failed)` : ''}`,
    showSpread(ratio(pairs, (one) => one.perSecond)),
    showSpread(ratio(pairs, (one) => one.p50Milliseconds)),
    showSpread(ratio(pairs, (one) => one.p99Milliseconds)),
    `${middle('flyball', (one) => one.p50Milliseconds).toFixed(2)}, ${middle('flyball', (one) => one.p99Milliseconds).toFixed(2)}`,
    `${Math.round(middle('noop', (one) => one.cpuMicroseconds))} -> ${Math.round(middle('flyball', (one) => one.cpuMicroseconds))}`,
    `${percent(middle('noop', (one) => one.busyShare))}, ${percent(middle('flyball', (one) => one.busyShare))}`,
  ];
  return `| ${cells.join(' | ')} |`;
}

function showSpread({ median, least, greatest }: Spread): string {
  return `**${median.toFixed(2)}** (${least.toFixed(2)}..${greatest.toFixed(2)})`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function workTable(work: readonly OfWork[]): string {
  const head = '| work, us | throughput | p50 | p99 |\n|---|---|---|---|';
  const lines = work.flatMap(({ microseconds, measurements }) =>
    [...measurements.values()].map((pairs) => {
      const ratios = [
        ratio(pairs, (one) => one.perSecond),
        ratio(pairs, (one) => one.p50Milliseconds),
        ratio(pairs, (one) => one.p99Milliseconds),
      ];
      return `| ${[microseconds, ...ratios.map(showSpread)].join(' | ')} |`;
    }),
  );
  return [head, ...lines].join('\n');
}

function decisionTable(all: readonly OfPolicies[]): string {
  const head =
    '| object | KiB | policies | proposal | limits | p50 | p99 | JSON.parse | decodeReview |\n|---|---|---|---|---|---|---|---|---|';
  const lines = all.flatMap(({ count, decisions }) =>
    decisions.map(
      (one) =>
        `| ${one.kind} | ${one.kibibytes} | ${count} | ${one.proposal} | ${one.guards} | ${one.p50Microseconds.toFixed(1)} | ${one.p99Microseconds.toFixed(1)} | ${one.parseMicroseconds.toFixed(1)} | ${one.decodeMicroseconds.toFixed(1)} |`,
    ),
  );
  return [head, ...lines].join('\n');
}

function startTable(all: readonly OfPolicies[]): string {
  const head =
    '| policies | text, KiB | no-op ready, ms | Flyball ready, ms | no-op RSS, MiB | Flyball RSS, MiB | RSS under load, MiB | loading, ms (first; others) | kept by the set, MiB |\n|---|---|---|---|---|---|---|---|---|';
  return [head, ...all.map(startLine)].join('\n');
}

function startLine({ count, bytes, starts, loading, measurements }: OfPolicies): string {
  const of = (server: Start['server'], read: (start: Start) => number): number =>
    spreadOf(starts.filter((one) => one.server === server).map(read)).median;
  const [first = Number.NaN, ...others] = loading.milliseconds;
  const again = others.length === 0 ? '-' : Math.round(spreadOf(others).median);
  const loaded = [...measurements.values()].flat().map(({ flyball }) => flyball.rssBytes);
  const cells = [
    count,
    Math.ceil(bytes / 1024),
    Math.round(of('noop', (start) => start.readyMilliseconds)),
    Math.round(of('flyball', (start) => start.readyMilliseconds)),
    mebibytes(of('noop', (start) => start.rssBytes)),
    mebibytes(of('flyball', (start) => start.rssBytes)),
    mebibytes(Math.max(...loaded)),
    `${Math.round(first)}; ${again}`,
    mebibytes(loading.keptBytes),
  ];
  return `| ${cells.join(' | ')} |`;
}

function mebibytes(bytes: number): string {
  return (bytes / 1_048_576).toFixed(0);
}
