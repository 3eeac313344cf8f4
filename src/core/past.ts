/** What the rules of history read: the past of a parameter, and the value that its next movement starts from. */
import type { Evaluated, Facts } from './facts.ts';
import { isNew } from './facts.ts';
import type { History } from './history.ts';
import type { Parameter, Value } from './parameter.ts';
import { everything, outsideGap, type Region } from './region.ts';

export interface Past {
  readonly history: History;
  /** Undefined where no value was ever stored, or the stored object has none. */
  readonly base: Value | undefined;
}

/** A history that is not known now is an error, never "no history". */
export function readPast(parameter: Parameter, facts: Facts): Evaluated<Past> {
  const history = facts.readHistory(parameter.name);
  if (history === undefined)
    return { ok: false, error: `FactsStale: the history of \`${parameter.name}\` is not known now` };
  return { ok: true, value: { history, base: baseIn(parameter, facts, history) } };
}

/**
 * Where a movement is measured from: the stored value, or, on a new object, the last one of its name, so that to
 * delete and to make anew is no way around a bound.
 */
export function baseValue(parameter: Parameter, facts: Facts): Evaluated<Value | undefined> {
  if (!isNew(parameter, facts)) return { ok: true, value: parameter.current };
  const past = readPast(parameter, facts);
  return past.ok ? { ok: true, value: past.value.base } : past;
}

function baseIn(parameter: Parameter, facts: Facts, { last }: History): Value | undefined {
  if (!isNew(parameter, facts)) return parameter.current;
  const type = parameter.type === 'choice' ? 'string' : 'bigint';
  return typeof last?.value === type ? last?.value : undefined;
}

/** Every value, but not its removal: who is bounded may not take a number away and come back with another one. */
export function anyValue({ type, requested }: Parameter, base: Value | undefined): Region {
  const isRemoval = type !== 'choice' && requested === undefined;
  return isRemoval && typeof base === 'bigint' ? outsideGap(base, 1n) : everything(type);
}
