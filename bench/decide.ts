/** The decision alone, in this process and without HTTP: `consider()` on reviews that are already decoded. */
import { consider, type FactPorts } from '../src/consider.ts';
import { noHistory } from '../src/core/history.ts';
import { loadFolder } from '../src/policy/load.ts';
import { decodeReview } from '../src/webhook/decode.ts';
import { readSettings, say } from './part.ts';
import { createReview, type KindName, type Proposal, type SizeKibibytes } from './reviews.ts';
import { quantile } from './statistics.ts';

export interface DecideSettings {
  readonly policyFolder: string;
  readonly kinds: readonly KindName[];
  readonly sizes: readonly SizeKibibytes[];
  readonly windowMilliseconds: number;
}

/** `ungoverned`: by an actor whom every policy that could match leaves out. */
export type DecideCase = Extract<Proposal, 'within' | 'outside'> | 'ungoverned';

export interface DecideResult {
  readonly kind: KindName;
  readonly kibibytes: SizeKibibytes;
  readonly proposal: DecideCase;
  readonly guards: number;
  readonly p50Microseconds: number;
  readonly p99Microseconds: number;
  /** `JSON.parse` of the same review, which the no-op does too. */
  readonly parseMicroseconds: number;
  /** `decodeReview` of it: parsing and all checks. */
  readonly decodeMicroseconds: number;
}

const settings = readSettings<DecideSettings>();
const { set } = loadFolder(settings.policyFolder);
if (set === undefined) throw new Error('the generated policies are not valid');
const policies = set;
const ports: FactPorts = {
  readPolicies: () => policies,
  readLabels: () => undefined,
  readNamespaceLabels: () => undefined,
  readHistory: () => noHistory,
  readNow: Date.now,
};

function measure(kind: KindName, kibibytes: SizeKibibytes, proposal: DecideCase): DecideResult {
  const review = createReview({
    kind,
    kibibytes,
    index: 3,
    proposal: proposal === 'ungoverned' ? 'within' : proposal,
    actor: proposal === 'ungoverned' ? 'on-call' : 'tuner',
  });
  const body = Buffer.from(JSON.stringify(review));
  const decoded = decodeReview(body);
  if (!decoded.ok) throw new Error(decoded.error);
  const { request } = decoded;
  const decided = time(() => consider(request, ports));
  const considered = consider(request, ports);
  return {
    kind,
    kibibytes,
    proposal,
    guards: typeof considered === 'string' ? 0 : countLimits(considered.decision.verdicts),
    p50Microseconds: quantile(decided, 0.5),
    p99Microseconds: quantile(decided, 0.99),
    parseMicroseconds: quantile(
      time(() => JSON.parse(body.toString('utf8'))),
      0.5,
    ),
    decodeMicroseconds: quantile(
      time(() => decodeReview(body)),
      0.5,
    ),
  };
}

function countLimits(verdicts: readonly { readonly limits: readonly unknown[] }[]): number {
  return verdicts.reduce((sum, { limits }) => sum + limits.length, 0);
}

const fewestSamples = 10;

/** Microseconds of each call, sorted; the first half of the window is warm-up. */
function time(work: () => unknown): Float64Array {
  const samples: number[] = [];
  const start = performance.now();
  const opensAt = start + settings.windowMilliseconds / 2;
  for (let now = start; now < start + settings.windowMilliseconds || samples.length < fewestSamples; ) {
    work();
    const after = performance.now();
    if (now >= opensAt) samples.push((after - now) * 1000);
    now = after;
  }
  return Float64Array.from(samples).sort();
}

const proposals: readonly DecideCase[] = ['ungoverned', 'within', 'outside'];
const results = settings.kinds.flatMap((kind) =>
  settings.sizes.flatMap((kibibytes) => proposals.map((proposal) => measure(kind, kibibytes, proposal))),
);
say(results);
process.disconnect?.();
