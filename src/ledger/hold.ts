/** The hold of an admitted change: what would move, if it lands. Pure. */
import type { Target } from '../core/change.ts';
import type { Decision } from '../core/decide.ts';
import type { Verdict } from '../core/verdict.ts';
import type { HoldEntry, Move, ObjectKey, ProposalEntry } from './entry.ts';
import { textOf } from './settle.ts';
import type { KnownValue } from './state.ts';

export interface Admitted {
  readonly decision: Decision;
  /** The stored object's version; empty on CREATE. */
  readonly base: string;
  /** The hash of object, base version, actor and values. */
  readonly key: string;
  /** The decision's id. */
  readonly id: string;
  readonly now: number;
}

export function objectKeyOf({ group, kind, namespace, name }: Target): ObjectKey {
  return `${group}/${kind}/${namespace}/${name}`;
}

/**
 * Charged is what a dynamics limit or a budget bounds: the rest has no history that a rule would read. A new object goes
 * on from the last values of its name, so that to delete and to make anew is a movement, too.
 */
export function holdOf(
  { decision, base, key, id, now }: Admitted,
  last: ReadonlyMap<string, KnownValue>,
): HoldEntry | undefined {
  const { target, actor, dryRun } = decision.change;
  if (dryRun) return undefined;
  const moves = decision.verdicts.filter(isCharged).map(({ parameter, granted }): Move => {
    const from = base === '' ? startOf(parameter, granted, last) : parameter.current;
    return { parameter: parameter.name, type: parameter.type, from: textOf(from), to: textOf(granted) };
  });
  if (moves.length === 0) return undefined;
  return {
    kind: 'Hold',
    key,
    at: now,
    object: objectKeyOf(target),
    base,
    actor: actor.user,
    decision: id,
    moves,
  };
}

/** A first value is no change: it moves from itself. */
function startOf(
  { name, current }: Verdict['parameter'],
  granted: Verdict['granted'],
  last: ReadonlyMap<string, KnownValue>,
): Verdict['granted'] {
  return current ?? (last.has(name) ? last.get(name)?.value : granted);
}

function isCharged({ limits }: Verdict): boolean {
  return limits.some(
    ({ tier, rule, mode }) => (tier === 'dynamics' || rule === 'budget') && mode === 'Enforce',
  );
}

/** What `persistence` counts; undefined where it has no say. */
export function proposalOf({ change, verdicts }: Decision, at: number): ProposalEntry | undefined {
  const asked = verdicts.filter(({ limits }) => limits.some(({ rule }) => rule === 'persistence'));
  if (asked.length === 0 || change.dryRun) return undefined;
  const requested = asked.map(({ parameter: { name, type, requested: value } }) => {
    return { parameter: name, type, value: textOf(value) };
  });
  return { kind: 'Proposal', at, object: objectKeyOf(change.target), actor: change.actor.user, requested };
}
