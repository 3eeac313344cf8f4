/** How policies write values and amounts of movement, by the type of the parameter they bound. */
import type { Amount } from '../core/amount.ts';
import { parseDuration } from '../core/duration.ts';
import type { ParameterType, Value } from '../core/parameter.ts';
import { type Parsed, parseQuantity } from '../core/quantity.ts';
import type { Definition } from './kind.ts';

type Literal = string | number;

const integerText = /^-?\d{1,15}$/;
const percentText = /^(-?\d{1,9})%?$/;
const shareText = /^(\d{1,7})(?:\.(\d{1,2}))?%$/;

const examples: Readonly<Record<ParameterType, string>> = {
  integer: 'an integer, such as 4',
  quantity: 'a quantity, such as 500m or 2Gi',
  percent: 'a whole percentage, such as 70%',
  duration: 'a duration, such as 30s, or a number of seconds',
  choice: 'a text',
};

/** A policy's literal in smallest units: `4`, `500m`, `70%` or `70`, `30s` or `30`; texts for choices. */
export function parseLiteral(definition: Pick<Definition, 'name' | 'type'>, literal: unknown): Parsed<Value> {
  const isLiteral = typeof literal === 'string' || (typeof literal === 'number' && Number.isFinite(literal));
  const value = isLiteral ? readers[definition.type](literal) : undefined;
  if (value !== undefined) return { ok: true, value };
  return {
    ok: false,
    error: `${shown(literal)} is no value of \`${definition.name}\`, which is ${examples[definition.type]}`,
  };
}

/** An amount of movement: a value of the parameter's own unit (`2`, `500m`), or a share of a value (`50%`, `2.5%`). */
export function parseAmount(definition: Pick<Definition, 'name' | 'type'>, literal: unknown): Parsed<Amount> {
  if (definition.type === 'choice')
    return { ok: false, error: `\`${definition.name}\` is a choice, which moves by no amount` };
  const share = typeof literal === 'string' ? shareText.exec(literal) : null;
  if (share !== null) {
    const [, whole = '', fraction = ''] = share;
    return { ok: true, value: { kind: 'percent', hundredths: BigInt(whole + fraction.padEnd(2, '0')) } };
  }
  const absolute = parseLiteral(definition, literal);
  if (!absolute.ok || typeof absolute.value === 'string' || absolute.value < 0n) {
    const error = `${shown(literal)} is no amount of \`${definition.name}\`, which is ${examples[definition.type]}, or a share, such as 50%`;
    return { ok: false, error };
  }
  return { ok: true, value: { kind: 'absolute', units: absolute.value } };
}

const readers: Readonly<Record<ParameterType, (literal: Literal) => Value | undefined>> = {
  integer: (literal) => wholeNumber(literal, integerText),
  percent: (literal) => wholeNumber(literal, percentText),
  quantity: (literal) => {
    const parsed = parseQuantity(String(literal));
    return parsed.ok ? parsed.value.nanos : undefined;
  },
  duration: (literal) => {
    const seconds = wholeNumber(literal, integerText);
    if (seconds !== undefined) return seconds * 1000n;
    const parsed = parseDuration(String(literal));
    return parsed.ok ? BigInt(parsed.value) : undefined;
  },
  choice: (literal) => (typeof literal === 'string' ? literal : undefined),
};

function wholeNumber(literal: Literal, grammar: RegExp): bigint | undefined {
  if (typeof literal === 'number') return Number.isSafeInteger(literal) ? BigInt(literal) : undefined;
  const [, digits = literal] = grammar.exec(literal) ?? [];
  return grammar.test(literal) ? BigInt(digits) : undefined;
}

function shown(literal: unknown): string {
  if (typeof literal === 'string' || typeof literal === 'number')
    return `\`${String(literal).slice(0, 64)}\``;
  if (literal === undefined || literal === null) return 'an absent value';
  return Array.isArray(literal) ? 'a list' : `a value of type ${typeof literal}`;
}
