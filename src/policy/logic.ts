/**
 * Conditions and computed bounds: JSON Logic, evaluated by json-logic-js with every trap closed. A missing fact, a
 * comparison of unlike types, a division by zero and a wrong type of result are errors, which the policy's
 * failurePolicy decides: never a silent false.
 */
import jsonLogic from 'json-logic-js';
import type { Evaluated, Facts } from '../core/facts.ts';
import type { Parameter } from '../core/parameter.ts';
import { formatQuantity } from '../core/quantity.ts';
import type { LogicProgram, Reference } from './logic/compile.ts';
import { describe, LogicError, type LogicValue, registerOperators } from './logic/operators.ts';
import { readsMetadata, readVariable } from './logic/variable.ts';

export { compileLogic, type LogicProgram } from './logic/compile.ts';
export type { LogicValue } from './logic/operators.ts';

const longestRecorded = 128;

/** The value and the facts it used, each shortened to 128 characters. `owner`: the parameter a bound is computed for. */
export function evaluateLogic(program: LogicProgram, facts: Facts, owner?: Parameter): Evaluated<LogicValue> {
  registerOperators();
  const used = new Map<string, string>();
  const data: object = Object.create(null);
  for (const [index, reference] of program.references.entries()) {
    const get = (): LogicValue => record(reference, read(reference, facts, owner), used);
    Object.defineProperty(data, index, { get });
  }
  try {
    return { ok: true, value: jsonLogic.apply(program.rule as never, data), used };
  } catch (error) {
    if (error instanceof LogicError) return { ok: false, error: error.message };
    throw error;
  }
}

/** A condition gives true or false, nothing else. */
export function evaluateCondition(program: LogicProgram, facts: Facts): Evaluated<boolean> {
  const result = evaluateLogic(program, facts);
  if (!result.ok) return result;
  if (typeof result.value === 'boolean') return { ...result, value: result.value };
  return { ok: false, error: `${describe(result.value)} is not true or false` };
}

/** True where the actor could change the condition's answer by relabelling in the same request. */
export function dependsOnMetadata({ references }: LogicProgram): boolean {
  return references.some(({ variable }) => readsMetadata(variable));
}

function read(
  { text, variable, fallback }: Reference,
  facts: Facts,
  owner: Parameter | undefined,
): LogicValue {
  const found = readVariable(variable, facts, owner);
  if (!found.ok) throw new LogicError(`\`${text}\` ${found.error}`);
  const value = found.value ?? fallback;
  if (value === undefined) throw new LogicError(`\`${text}\` is missing, and has no default`);
  return value;
}

function record({ text }: Reference, value: LogicValue, used: Map<string, string>): LogicValue {
  used.set(
    text,
    (typeof value === 'bigint' ? formatQuantity({ nanos: value, format: 'DecimalSI' }) : String(value)).slice(
      0,
      longestRecorded,
    ),
  );
  return value;
}
