import { formatDuration } from '../duration.ts';
import type { FoundLimit, Rule } from '../guard.ts';
import {
  type Charge,
  chargesOf,
  chargesWithin,
  opensWhen,
  type Spent,
  sumOf,
  type Window,
} from '../history.ts';
import { formatValue, type Parameter, type Value } from '../parameter.ts';
import { anyValue, readPast } from '../past.ts';
import { distance } from '../project.ts';
import { between, contains, only, type Region } from '../region.ts';

export interface RateSpec {
  /** The greatest sum of movements, up or down, in smallest units. */
  readonly change?: bigint;
  /** The greatest number of movements. */
  readonly changes?: number;
  /** The length of the window, in milliseconds. */
  readonly within: number;
  /** Whose movements count: everyone's (`object`, the default), or only those of who asks. */
  readonly by?: 'object' | 'actor';
}

/**
 * Movement in any window of time: its sum, up and down alike, and how many there are. The window slides and the log is
 * exact: what moved at `t` counts until `t + within`, and not a moment longer.
 */
export function rate(spec: RateSpec): Rule {
  return (parameter, facts) => {
    const past = readPast(parameter, facts);
    if (!past.ok) return { error: past.error };
    const { history, base } = past.value;
    const charges = chargesOf(history, spec.by === 'actor' ? facts.change.actor.user : undefined);
    const window: Window = { now: facts.now, within: spec.within };
    const spent = sumOf(chargesWithin(charges, window));
    const admits = regionOf(spec, spent, { parameter, base });
    return {
      rule: 'rate',
      tier: 'dynamics',
      reason: 'RateExceeded',
      admits,
      detail: describe(spec, spent, { parameter, base }),
      ...(contains(admits, parameter.requested) ? {} : opening(spec, window, { charges, parameter, base })),
    };
  };
}

interface Subject {
  readonly parameter: Parameter;
  readonly base: Value | undefined;
}

function regionOf(spec: RateSpec, spent: Spent, { parameter, base }: Subject): Region {
  if (spec.changes !== undefined && spent.changes >= spec.changes) return only(parameter.type, base);
  if (spec.change === undefined || typeof base !== 'bigint') return anyValue(parameter, base);
  const left = leftOf(spec.change, spent);
  return between(base - left, base + left);
}

/** A bypass, or an exception that ended, may have spent more than there is. */
function leftOf(change: bigint, spent: Spent): bigint {
  return spent.change < change ? change - spent.change : 0n;
}

function opening(
  spec: RateSpec,
  window: Window,
  { charges, ...subject }: Subject & { readonly charges: readonly Charge[] },
): Pick<FoundLimit, 'opensAt'> {
  const { requested } = subject.parameter;
  const at = opensWhen(charges, window, (spent) => contains(regionOf(spec, spent, subject), requested));
  return at === undefined ? {} : { opensAt: at };
}

/** `at most 12 and 6 changes in 10m, 8 and 3 used`. */
function describe(spec: RateSpec, spent: Spent, { parameter, base }: Subject): string {
  const size = (units: bigint): string => formatValue(units, parameter);
  const parts = [
    ...(spec.change === undefined ? [] : [[size(spec.change), size(spent.change)]]),
    ...(spec.changes === undefined ? [] : [[countOf(spec.changes), `${spent.changes}`]]),
  ];
  const [most, used] = [0, 1].map((side) => parts.map((part) => part[side]).join(' and '));
  const whose = spec.by === 'actor' ? ' by this actor' : '';
  const text = `at most ${most} in ${formatDuration(spec.within)}${whose}, ${used} used`;
  return isBeyond(spec, parameter.requested, base) ? `${text}; a single change may never be so large` : text;
}

function countOf(changes: number): string {
  return changes === 1 ? '1 change' : `${changes} changes`;
}

function isBeyond({ change }: RateSpec, requested: Value | undefined, base: Value | undefined): boolean {
  if (change === undefined || typeof requested !== 'bigint' || typeof base !== 'bigint') return false;
  return distance(requested, base) > change;
}
