import type { Definition } from '../catalogue/kind.ts';
import { parseLiteral } from '../catalogue/literal.ts';
import type { Evaluated } from '../core/facts.ts';
import { nanosPerUnit } from '../core/quantity.ts';
import type { Bound } from '../core/rules/range.ts';
import { compileLogic, evaluateLogic, type LogicValue } from './logic.ts';
import { checkParameter, type FindParameter } from './parameters.ts';
import type { Finding, Path } from './problem.ts';

export interface BoundContext {
  readonly definition: Definition;
  /** Results between two values are rounded inwards: a computed bound never admits more than it says. */
  readonly side: 'min' | 'max';
  readonly find: FindParameter;
  readonly path: Path;
}

export type CompiledBound =
  | { readonly ok: true; readonly bound: Bound }
  | { readonly ok: false; readonly findings: readonly Finding[] };

/** A literal, or JSON Logic that gives a number (seconds, for durations) or a text that is a literal. */
export function compileBound(value: unknown, { definition, side, find, path }: BoundContext): CompiledBound {
  if (typeof value !== 'object') {
    const parsed = parseLiteral(definition, value);
    if (parsed.ok) return { ok: true, bound: BigInt(parsed.value) };
    return { ok: false, findings: [{ code: 'WrongLiteral', path, why: parsed.error }] };
  }
  const compiled = compileLogic(value, path, { result: 'number', checkParameter: checkParameter(find) });
  if (!compiled.ok) return compiled;
  return {
    ok: true,
    bound: (facts, parameter) => {
      const result = evaluateLogic(compiled.program, facts, parameter);
      if (!result.ok) return result;
      const amount = toUnits(result.value, definition, side);
      return amount.ok ? { ...result, value: amount.value } : amount;
    },
  };
}

function toUnits(value: LogicValue, definition: Definition, side: 'min' | 'max'): Evaluated<bigint> {
  if (typeof value === 'bigint' && definition.type === 'quantity') return { ok: true, value };
  if (typeof value === 'number') return fromNumber(value, definition, side);
  if (typeof value !== 'string')
    return { ok: false, error: `the result is no value of \`${definition.name}\`` };
  const parsed = parseLiteral(definition, value);
  return parsed.ok ? { ok: true, value: BigInt(parsed.value) } : { ok: false, error: parsed.error };
}

/** How many smallest units one is, for the types that numbers stand for. */
const unitsOf = { integer: 1n, percent: 1n, choice: 1n, duration: 1000n, quantity: nanosPerUnit } as const;
/** 10 * 1.1 is 11.000000000000002: what a float adds on its way is not meant. */
const tolerance = 1e-9;

/** Fractions count to a millionth of a unit, far below what the API server keeps of CPU. */
function fromNumber(value: number, { type }: Definition, side: 'min' | 'max'): Evaluated<bigint> {
  if (Number.isSafeInteger(value)) return { ok: true, value: BigInt(value) * unitsOf[type] };
  const isFine = unitsOf[type] >= 1_000_000n;
  const scaled = value * Number(isFine ? 1_000_000n : unitsOf[type]);
  const whole = roundInwards(scaled, side);
  if (!Number.isSafeInteger(whole)) return { ok: false, error: 'the result is too large to be exact' };
  return { ok: true, value: isFine ? BigInt(whole) * (unitsOf[type] / 1_000_000n) : BigInt(whole) };
}

function roundInwards(value: number, side: 'min' | 'max'): number {
  const nearest = Math.round(value);
  if (Math.abs(value - nearest) < tolerance * Math.max(1, Math.abs(value))) return nearest;
  return side === 'min' ? Math.ceil(value) : Math.floor(value);
}
