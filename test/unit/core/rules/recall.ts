/** What a rule says of a change with a past, written as texts: times count from the epoch. */
import { formatDuration, parseDuration } from '../../../../src/core/duration.ts';
import type { Facts } from '../../../../src/core/facts.ts';
import type { Rule } from '../../../../src/core/guard.ts';
import { type History, type Movement, noHistory, type Proposal } from '../../../../src/core/history.ts';
import type { Parameter, Value } from '../../../../src/core/parameter.ts';
import { asked, factsOf, showRegion } from '../sample.ts';

export interface Recalled {
  /** When it is asked: `13m`. */
  readonly now: string;
  /** `0s 10>12, 6m 12>10 by rl`; by `tuner` where it does not say. */
  readonly moved?: string;
  /** `0s 15, 1m 15`. */
  readonly proposed?: string;
  readonly forgotten?: History['forgotten'];
  readonly last?: Value;
  readonly operation?: Facts['change']['operation'];
  readonly traits?: Partial<Parameter>;
  readonly isUnknown?: boolean;
}

/** `8..12, RateExceeded: at most ...; opens 21m`. */
export function recall(rule: Rule, change: string, recalled: Recalled): string {
  const parameter = asked(change, recalled.traits ?? {});
  const outcome = rule(parameter, recallingFacts(parameter, recalled));
  if (outcome === undefined) return 'no opinion';
  if ('error' in outcome) return `error: ${outcome.error}`;
  const { admits, tier, reason, detail, opensAt } = outcome;
  const opens = opensAt === undefined ? '' : `; opens ${formatDuration(opensAt)}`;
  return `${showRegion(admits)}, ${tier}, ${reason}: ${detail}${opens}`;
}

export function recallingFacts(parameter: Parameter, recalled: Recalled): Facts {
  const { now, operation = 'UPDATE', isUnknown = false } = recalled;
  const history = historyOf(recalled);
  return {
    ...factsOf([parameter], { operation }),
    now: time(now),
    readHistory: (name) => (isUnknown || name !== parameter.name ? undefined : history),
  };
}

export function historyOf({ moved = '', proposed = '', forgotten, last }: Omit<Recalled, 'now'>): History {
  return {
    ...noHistory,
    movements: partsOf(moved).map(movementOf),
    proposals: partsOf(proposed).map(proposalOf),
    ...(forgotten === undefined ? {} : { forgotten }),
    ...(last === undefined ? {} : { last: { at: 0, value: last } }),
  };
}

function partsOf(text: string): string[] {
  return text === '' ? [] : text.split(', ');
}

function movementOf(text: string): Movement {
  const [, at = '', from = '', to = '', actor = 'tuner'] =
    /^(\w+) (\S+)>(\S+)(?: by (\w+))?$/.exec(text) ?? [];
  return { at: time(at), from: readValue(from), to: readValue(to), actor };
}

function proposalOf(text: string): Proposal {
  const [at = '', value = ''] = text.split(' ');
  return { at: time(at), requested: readValue(value), actor: 'tuner' };
}

/** Digits are a number, `-` nothing, all else a choice. */
function readValue(text: string): Value | undefined {
  if (text === '-') return undefined;
  return /^-?\d+$/.test(text) ? BigInt(text) : text;
}

export function time(text: string): number {
  const parsed = parseDuration(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}
