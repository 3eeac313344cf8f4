import { formatDuration } from '../duration.ts';
import type { FoundLimit, Rule } from '../guard.ts';
import { directionOf, type History, type Proposal, runOfProposals } from '../history.ts';
import type { Parameter, Value } from '../parameter.ts';
import { readPast } from '../past.ts';
import { distance } from '../project.ts';
import { between, choices, contains, intersect, only, type Region } from '../region.ts';

/** By number or for a time. */
export type PersistenceSpec = Often | Long;

interface Spaced {
  /** Milliseconds: what comes sooner repeats the same proposal, as the retries of a client do. */
  readonly spacing: number;
}

interface Often extends Spaced {
  /** How many proposals, the present one included. */
  readonly requests: number;
  readonly for?: undefined;
}

interface Long extends Spaced {
  /** Milliseconds since the proposal that began. */
  readonly for: number;
}

/**
 * Debounce: a proposal has to be repeated before it is actuated, by number or for a time. What is admitted is what all
 * of those repetitions would have reached; one that asks for the other direction, or for no change, begins anew.
 */
export function persistence(spec: PersistenceSpec): Rule {
  return (parameter, facts) => {
    const past = readPast(parameter, facts);
    if (!past.ok) return { error: past.error };
    const { history, base } = past.value;
    if (base === undefined) return undefined;
    const asks = asksOf(history, { spec, parameter, base, now: facts.now });
    const start = startOf(asks, spec, facts.now);
    const admits = start < 0 ? only(parameter.type, base) : regionOf(asks.slice(start), parameter, base);
    return {
      rule: 'persistence',
      tier: 'dynamics',
      reason: 'NotYetPersistent',
      admits,
      detail: describe(asks, spec, facts.now),
      ...(contains(admits, parameter.requested) ? {} : openingOf(asks, spec)),
    };
  };
}

/** One proposal of the run, and how far from the base it would go. */
interface Ask {
  readonly at: number;
  readonly reach: bigint;
}

interface Subject {
  readonly spec: PersistenceSpec;
  readonly parameter: Parameter;
  readonly base: Value;
  readonly now: number;
}

/** The unbroken run of proposals to the same side, the oldest first, the present one last; none where it moves nothing. */
function asksOf(history: History, { spec, parameter, base, now }: Subject): readonly Ask[] {
  const { requested } = parameter;
  const reach = (proposal: Proposal): bigint | undefined => reachOf(proposal, base, requested);
  const run = runOfProposals(history, (proposal) => reach(proposal) !== undefined);
  const asks = [...run, { at: now, requested, actor: '' }].flatMap((proposal): Ask[] => {
    const far = reach(proposal);
    return far === undefined ? [] : [{ at: proposal.at, reach: far }];
  });
  // A request that asks for what is stored may never reach a webhook: silence, too, ends a run.
  const gap = Math.max(spec.for ?? 0, 10 * spec.spacing);
  const begin = asks.findLastIndex(({ at }, index) => at - (asks[index - 1]?.at ?? at) > gap);
  return asks.slice(Math.max(begin, 0));
}

/** Undefined where it asks for another side than what is requested now, or for no movement. */
function reachOf(
  { requested: asked }: Proposal,
  base: Value,
  requested: Value | undefined,
): bigint | undefined {
  if (typeof asked !== 'bigint' || typeof base !== 'bigint')
    return asked === requested && asked !== base && typeof base === 'string' ? 0n : undefined;
  const direction = directionOf(base, asked);
  const isSame = direction !== undefined && direction === directionOf(base, requested);
  return isSame ? distance(asked, base) : undefined;
}

/** Where the shortest part of the run begins that is long enough; negative where the whole is not. */
function startOf(asks: readonly Ask[], spec: PersistenceSpec, now: number): number {
  if (spec.for !== undefined) {
    const latest = now - spec.for;
    return asks.findLastIndex(({ at }) => at <= latest);
  }
  const counted = spaced(asks.toReversed(), spec.spacing).at(spec.requests - 1);
  return counted === undefined ? -1 : asks.indexOf(counted);
}

/** The first of them, and each next that is far enough from the one before. */
function spaced(asks: readonly Ask[], spacing: number): readonly Ask[] {
  const kept: Ask[] = [];
  for (const ask of asks) {
    const last = kept.at(-1);
    if (last === undefined || Math.abs(ask.at - last.at) >= spacing) kept.push(ask);
  }
  return kept;
}

/** What all of them, of which there is one at the least, would have reached. */
function regionOf(asks: readonly Ask[], { requested }: Parameter, base: Value): Region {
  if (typeof base === 'string') return choices([base, `${requested}`]);
  const isUp = directionOf(base, requested) === 'increase';
  return asks
    .map(({ reach }) => (isUp ? between(base, base + reach) : between(base - reach, base)))
    .reduce((sum, one) => intersect(sum, one));
}

/** When the present proposal, made once more, would have been repeated enough; undefined where once is not enough. */
function openingOf(asks: readonly Ask[], spec: PersistenceSpec): Pick<FoundLimit, 'opensAt'> {
  const present = asks.at(-1);
  if (present === undefined) return {};
  const able = asks.slice(asks.findLastIndex(({ reach }) => reach < present.reach) + 1);
  const [from, wait] =
    spec.for === undefined
      ? [spaced(able, spec.spacing).at(spec.requests - 2), spec.spacing]
      : [able[0], spec.for];
  return from === undefined ? {} : { opensAt: from.at + wait };
}

/** `3 proposals at least 10s apart, 2 so far`, `proposed for 3m, 1m so far`. */
function describe(asks: readonly Ask[], spec: PersistenceSpec, now: number): string {
  if (spec.for !== undefined) {
    const age = Math.max(now - (asks[0]?.at ?? now), 0);
    return `proposed for ${formatDuration(spec.for)}, ${formatDuration(age)} so far`;
  }
  const count = spaced(asks.toReversed(), spec.spacing).length;
  return `${spec.requests} proposals at least ${formatDuration(spec.spacing)} apart, ${count} so far`;
}
