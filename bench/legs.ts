/** Legs of load against one server and the other in turn, and the ratio of each pair. */
import type { Leg, LegResult } from './load.ts';
import type { Part, Usage } from './part.ts';
import type { Plan } from './plan.ts';
import type { ActorName, KindName, SizeKibibytes } from './reviews.ts';

export interface Row {
  readonly kind: KindName;
  readonly kibibytes: SizeKibibytes;
  readonly actor: ActorName;
  readonly connections: number;
}

export interface Measured extends LegResult {
  /** Of one core, while the window was open. */
  readonly busyShare: number;
  readonly cpuMicroseconds: number;
  readonly rssBytes: number;
}

/** Measured one right after the other. */
export interface Pair {
  readonly noop: Measured;
  readonly flyball: Measured;
}

export type Measurements = ReadonlyMap<Row, readonly Pair[]>;

export interface Parts {
  readonly load: Part;
  readonly noop: Part;
  readonly flyball: Part;
  readonly afterRound: () => void;
}

/** Every row in every round, so that a slow minute of the machine falls on all rows alike. */
export async function measureRows(rows: readonly Row[], parts: Parts, plan: Plan): Promise<Measurements> {
  const pairs = new Map<Row, Pair[]>(rows.map((row) => [row, []]));
  for (const row of rows)
    await measurePair(row, parts, { ...plan, windowMilliseconds: plan.warmUpMilliseconds });
  for (let round = 0; round < plan.rounds; round += 1) {
    for (const [row, measured] of pairs) measured.push(await measurePair(row, parts, plan));
    parts.afterRound();
  }
  return pairs;
}

async function measurePair(row: Row, { load, noop, flyball }: Parts, plan: Plan): Promise<Pair> {
  const first = await measureLeg(row, { load, server: noop }, plan);
  const second = await measureLeg(row, { load, server: flyball }, plan);
  return { noop: first, flyball: second };
}

async function measureLeg(
  row: Row,
  { load, server }: { readonly load: Part; readonly server: Part },
  { settleMilliseconds, windowMilliseconds }: Plan,
): Promise<Measured> {
  const { port } = server.first as { readonly port: number };
  const usages: Promise<unknown>[] = [];
  const leg: Leg = { ...row, port, settleMilliseconds, windowMilliseconds };
  const result = await new Promise<LegResult>((resolve, reject) => {
    const onMessage = (message: unknown): void => {
      if (message === 'open' || message === 'closed') {
        // One after the other: a busy server may not have answered the first before the second is asked.
        const earlier = usages.at(-1) ?? Promise.resolve();
        usages.push(earlier.then(() => server.ask('usage')));
      } else {
        load.process.off('message', onMessage).off('exit', reject);
        resolve((message as { readonly result: LegResult }).result);
      }
    };
    load.process.on('message', onMessage).once('exit', reject);
    load.process.send(leg);
  });
  const [opened, closed] = (await Promise.all(usages)) as Usage[];
  if (opened === undefined || closed === undefined) throw new Error('a leg ended before its window did');
  const busyShare =
    (closed.cpuMilliseconds - opened.cpuMilliseconds) / (closed.atMilliseconds - opened.atMilliseconds);
  return {
    ...result,
    busyShare,
    cpuMicroseconds: (busyShare / result.perSecond) * 1_000_000,
    rssBytes: closed.rssBytes,
  };
}
