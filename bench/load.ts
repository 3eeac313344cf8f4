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

/** A window stays open until it has seen as many, however busy the machine is with something else. */
const fewestAnswers = 20;
const longestSeconds = 60;

function drive(leg: Leg, { cert, key }: LoadSettings): Promise<LegResult> {
  const { connections, settleMilliseconds, windowMilliseconds, port } = leg;
  let index = 0;
  const setupClient = (client: autocannon.Client): void => {
    client.setRequests(requestsOf(leg, index));
    index += 1;
  };
  const window = { latencies: [] as number[], isOpen: false, opensAt: 0 };
  let result = resultOf([], 0);
  return new Promise((resolve, reject) => {
    const instance = autocannon(
      {
        url: `https://127.0.0.1:${port}`,
        connections,
        duration: longestSeconds,
        sampleInt: 50,
        tlsOptions: { cert: readFileSync(cert), key: readFileSync(key) },
        setupClient,
      },
      (error, { errors, non2xx }) => {
        if (error !== null) reject(error);
        else resolve({ ...result, failures: errors + non2xx });
      },
    );
    instance.on('response', (_client, _status, _bytes, milliseconds: number) => {
      if (window.isOpen) window.latencies.push(milliseconds);
    });
    const close = (): void => {
      const elapsed = performance.now() - window.opensAt;
      const isStarved = window.latencies.length < fewestAnswers && elapsed < longestSeconds * 900;
      if (isStarved) {
        setTimeout(close, 20);
        return;
      }
      window.isOpen = false;
      result = resultOf(window.latencies, elapsed);
      say('closed');
      instance.stop();
    };
    setTimeout(() => {
      window.isOpen = true;
      window.opensAt = performance.now();
      say('open');
      setTimeout(close, windowMilliseconds);
    }, settleMilliseconds);
  });
}

function resultOf(latencies: readonly number[], milliseconds: number): Omit<LegResult, 'failures'> {
  const sorted = Float64Array.from(latencies).sort();
  return {
    perSecond: (sorted.length / milliseconds) * 1000,
    p50Milliseconds: quantile(sorted, 0.5),
    p99Milliseconds: quantile(sorted, 0.99),
  };
}

const settings = readSettings<LoadSettings>();
process.on('message', (leg: Leg) => void drive(leg, settings).then((result) => say({ result })));
say('ready');
