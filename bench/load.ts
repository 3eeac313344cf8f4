/**
 * The load, in a process of its own: connections that each send `/mutate` and then `/validate` of their own object,
 * over and over, as the API server does for one request. Every other proposal is out of bounds and is clamped.
 */
import { readFileSync } from 'node:fs';
import autocannon from 'autocannon';
import { readSettings, say } from './part.ts';
import { type ActorName, createReview, type KindName, type Proposal, type SizeKibibytes } from './reviews.ts';
import { quantile } from './statistics.ts';

export interface LoadSettings {
  /** Paths of PEM files. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export interface Leg {
  readonly port: number;
  readonly kind: KindName;
  readonly kibibytes: SizeKibibytes;
  readonly actor: ActorName;
  readonly connections: number;
  /** Before anything is counted: handshakes, and the connections' slow start. */
  readonly settleMilliseconds: number;
  readonly windowMilliseconds: number;
}

export interface LegResult {
  readonly perSecond: number;
  readonly p50Milliseconds: number;
  readonly p99Milliseconds: number;
  /** Answers other than 200, and broken connections. */
  readonly failures: number;
}

type Call = readonly ['mutate' | 'validate', Proposal];

const calls: readonly Call[] = [
  ['mutate', 'within'],
  ['validate', 'within'],
  ['mutate', 'outside'],
  ['validate', 'clamped'],
];

function requestsOf({ kind, kibibytes, actor }: Leg, index: number): autocannon.Request[] {
  return calls.map(([door, proposal]) => ({
    method: 'POST',
    path: `/${door}?timeout=5s`,
    headers: { 'content-type': 'application/json', accept: 'application/json, */*' },
    body: Buffer.from(JSON.stringify(createReview({ kind, kibibytes, proposal, actor, index }))),
  }));
}

function drive(leg: Leg, { cert, key }: LoadSettings): Promise<LegResult> {
  const { connections, settleMilliseconds, windowMilliseconds, port } = leg;
  let index = 0;
  const setupClient = (client: autocannon.Client): void => {
    client.setRequests(requestsOf(leg, index));
    index += 1;
  };
  const latencies: number[] = [];
  const opensAt = performance.now() + settleMilliseconds;
  const closesAt = opensAt + windowMilliseconds;
  setTimeout(() => say('open'), settleMilliseconds);
  setTimeout(() => say('closed'), settleMilliseconds + windowMilliseconds);
  return new Promise((resolve, reject) => {
    const instance = autocannon(
      {
        url: `https://127.0.0.1:${port}`,
        connections,
        duration: (settleMilliseconds + windowMilliseconds) / 1000,
        sampleInt: 50,
        tlsOptions: { cert: readFileSync(cert), key: readFileSync(key) },
        setupClient,
      },
      (error, { errors, non2xx }) => {
        if (error !== null) reject(error);
        else resolve(resultOf(latencies, windowMilliseconds, errors + non2xx));
      },
    );
    instance.on('response', (_client, _status, _bytes, milliseconds: number) => {
      const now = performance.now();
      if (now >= opensAt && now < closesAt) latencies.push(milliseconds);
    });
  });
}

function resultOf(latencies: number[], windowMilliseconds: number, failures: number): LegResult {
  const sorted = Float64Array.from(latencies).sort();
  return {
    perSecond: (sorted.length / windowMilliseconds) * 1000,
    p50Milliseconds: quantile(sorted, 0.5),
    p99Milliseconds: quantile(sorted, 0.99),
    failures,
  };
}

const settings = readSettings<LoadSettings>();
process.on('message', (leg: Leg) => void drive(leg, settings).then((result) => say({ result })));
say('ready');
