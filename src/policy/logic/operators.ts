/**
 * The operators that policies may use, strict in type. json-logic-js evaluates them under names of our own, so that
 * none of its lenient ones (`"10" < "9"`, 1/0, truthy objects) is ever reached.
 */
import jsonLogic from 'json-logic-js';
import { parseQuantity } from '../../core/quantity.ts';
import {
  addNumbers,
  type Computable,
  divideNumbers,
  multiplyNumbers,
  remainderOf,
  subtractNumbers,
} from './number.ts';

/** A number, a quantity in 10^-9 units (bigint), a text, a truth, or the groups of the actor. */
export type LogicValue = Computable | string | boolean | readonly LogicValue[];

/** Why an expression could not be evaluated: caught by `evaluateLogic` alone. */
export class LogicError extends Error {}

interface Operator {
  /** What it gives: checked where a whole expression must be a condition or a bound. */
  readonly result: 'truth' | 'number' | 'any';
  readonly least: number;
  readonly most: number;
  /** Undefined: json-logic-js' own, which is lazy; its arguments are made strict one by one. */
  readonly run?: (...values: LogicValue[]) => LogicValue;
}

const many = 32;

export const operators: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['if', { result: 'any', least: 3, most: many + 1 }],
  ['and', { result: 'truth', least: 1, most: many }],
  ['or', { result: 'truth', least: 1, most: many }],
  ['!', { result: 'truth', least: 1, most: 1, run: (value) => !truth(value) }],
  ['!!', { result: 'truth', least: 1, most: 1, run: (value) => truth(value) }],
  ['==', { result: 'truth', least: 2, most: 2, run: isEqual }],
  ['===', { result: 'truth', least: 2, most: 2, run: isEqual }],
  ['!=', { result: 'truth', least: 2, most: 2, run: (a, b) => !isEqual(a, b) }],
  ['!==', { result: 'truth', least: 2, most: 2, run: (a, b) => !isEqual(a, b) }],
  ['<', { result: 'truth', least: 2, most: 3, run: inOrder((a, b) => a < b) }],
  ['<=', { result: 'truth', least: 2, most: 3, run: inOrder((a, b) => a <= b) }],
  ['>', { result: 'truth', least: 2, most: 2, run: inOrder((a, b) => a > b) }],
  ['>=', { result: 'truth', least: 2, most: 2, run: inOrder((a, b) => a >= b) }],
  ['in', { result: 'truth', least: 2, most: 2, run: isIn }],
  ['+', { result: 'number', least: 2, most: many, run: fold(addNumbers) }],
  ['*', { result: 'number', least: 2, most: many, run: fold(multiplyNumbers) }],
  ['-', { result: 'number', least: 2, most: 2, run: fold(subtractNumbers) }],
  ['/', { result: 'number', least: 2, most: 2, run: fold(divideNumbers) }],
  ['%', { result: 'number', least: 2, most: 2, run: fold(remainderOf) }],
  ['min', { result: 'number', least: 1, most: many, run: extreme((a, b) => a < b) }],
  ['max', { result: 'number', least: 1, most: many, run: extreme((a, b) => a > b) }],
]);

/** Operators whose arguments json-logic-js takes as truths: each is wrapped in a strict check. */
export const truthOperator = 'flyball:truth';
export const quantityOperator = 'flyball:quantity';

/** The name under which an operator of ours is known to json-logic-js. */
export function engineName(operator: string): string {
  return operators.get(operator)?.run === undefined ? operator : `flyball:${operator}`;
}

let isRegistered = false;

/** json-logic-js keeps its operators in a global table: they are added once, under names nobody else uses. */
export function registerOperators(): void {
  if (isRegistered) return;
  isRegistered = true;
  for (const [name, { run }] of operators)
    if (run !== undefined) jsonLogic.add_operation(engineName(name), run);
  jsonLogic.add_operation(truthOperator, truth);
  jsonLogic.add_operation(quantityOperator, quantity);
}

export function truth(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new LogicError(`${describe(value)} is not true or false`);
}

function quantity(value: LogicValue): bigint {
  if (typeof value === 'bigint') return value;
  const parsed = parseQuantity(typeof value === 'number' || typeof value === 'string' ? String(value) : '');
  if (parsed.ok) return parsed.value.nanos;
  throw new LogicError(`${describe(value)} is not a quantity`);
}

export function describe(value: unknown): string {
  if (typeof value === 'string') return `the text \`${value.slice(0, 64)}\``;
  if (typeof value === 'number') return `the number ${value}`;
  if (typeof value === 'bigint') return 'a quantity';
  return typeof value === 'boolean' ? `${value}` : 'a list';
}

function isEqual(a: LogicValue, b: LogicValue): boolean {
  if (typeof a === typeof b && !Array.isArray(a) && !Array.isArray(b)) return a === b;
  throw new LogicError(`${describe(a)} cannot be compared with ${describe(b)}`);
}

function isIn(needle: LogicValue, haystack: LogicValue): boolean {
  if (!Array.isArray(haystack)) throw new LogicError(`${describe(haystack)} is not a list`);
  return haystack.map((item: LogicValue) => isEqual(needle, item)).includes(true);
}

/** Two neighbours each: `a < b < c`. */
function inOrder(compare: (a: Computable, b: Computable) => boolean) {
  return (...values: LogicValue[]): boolean => {
    const numbers = values.map(asComputable);
    return numbers.slice(1).every((value, index) => {
      const before = numbers[index];
      return before !== undefined && compare(...alike(before, value));
    });
  };
}

function extreme(isBetter: (a: Computable, b: Computable) => boolean) {
  return (...values: LogicValue[]): Computable =>
    values.map(asComputable).reduce((best, value) => (isBetter(...alike(value, best)) ? value : best));
}

function alike(a: Computable, b: Computable): [Computable, Computable] {
  if (typeof a === typeof b) return [a, b];
  throw new LogicError(
    `${describe(a)} cannot be compared with ${describe(b)} (write a quantity as {quantity: "1Gi"})`,
  );
}

function fold(combine: (a: Computable, b: Computable) => Computable | undefined) {
  return (...values: LogicValue[]): Computable =>
    values.map(asComputable).reduce((sum, value) => {
      const result = combine(sum, value);
      if (result === undefined)
        throw new LogicError(`${describe(sum)} and ${describe(value)} do not go together`);
      if (typeof result === 'number' && !Number.isFinite(result))
        throw new LogicError('the result is not a finite number');
      return result;
    });
}

function asComputable(value: LogicValue): Computable {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  throw new LogicError(`${describe(value)} is not a number`);
}
