import { parseDuration } from '../core/duration.ts';
import { type Notation, noChoice, type ParameterType, type Value } from '../core/parameter.ts';
import { type Parsed, parseQuantity } from '../core/quantity.ts';
import { canonicalJson, longestText } from './canonical.ts';

/** A value with the way it was written. */
export interface Decoded {
  readonly value: Value;
  readonly notation: Notation;
}

const integerText = /^-?\d{1,15}$/;
const percentText = /^(\d{1,9})%$/;
const decimalText = /^-?\d+(\.\d+)?$/;

/** Reads a present JSON value as a parameter's type; the error completes the sentence "`/spec/x` ...". */
export function decodeValue(type: ParameterType, raw: unknown): Parsed<Decoded> {
  return decoders[type](raw);
}

const decoders: Readonly<Record<ParameterType, (raw: unknown) => Parsed<Decoded>>> = {
  integer: (raw) => {
    if (Number.isSafeInteger(raw)) return decoded(BigInt(raw as number), 'number');
    return typeof raw === 'string' && integerText.test(raw)
      ? decoded(BigInt(raw), 'number-text')
      : refuse('is not an integer');
  },
  percent: (raw) => {
    if (Number.isSafeInteger(raw)) return decoded(BigInt(raw as number), 'number');
    const digits = typeof raw === 'string' ? percentText.exec(raw)?.[1] : undefined;
    return digits === undefined
      ? refuse('is not a whole percentage')
      : decoded(BigInt(digits), 'percent-text');
  },
  duration: (raw) => {
    if (Number.isSafeInteger(raw)) return decoded(BigInt(raw as number) * 1000n, 'seconds');
    const parsed = typeof raw === 'string' ? parseDuration(raw) : undefined;
    return parsed?.ok ? decoded(BigInt(parsed.value), 'text') : refuse('is not a duration');
  },
  quantity: (raw) => {
    // YAML's `cpu: 2` arrives as a number; its shortest decimal text is what its author wrote.
    if (typeof raw !== 'string' && !Number.isFinite(raw)) return refuse('is not a quantity');
    const parsed = parseQuantity(String(raw));
    return parsed.ok ? decoded(parsed.value.nanos, parsed.value.format) : refuse(parsed.error);
  },
  choice: (raw) => {
    if (typeof raw === 'string') return decodeText(raw);
    // Go leaves out what is empty: an empty map and no map are one choice.
    if (typeof raw === 'object' && raw !== null && Object.keys(raw).length === 0)
      return decoded(noChoice, 'json');
    const text = canonicalJson(raw);
    return text.ok ? decoded(text.value, 'json') : text;
  },
};

function decodeText(text: string): Parsed<Decoded> {
  if (text === '') return decoded(noChoice, 'text');
  if (text === noChoice) return refuse(`is the text ${noChoice}, which stands for an absent field`);
  return text.length > longestText
    ? refuse(`is longer than ${longestText} characters`)
    : decoded(text, 'text');
}

/** As `quantity`, but text that is a plain decimal number stays one: KEDA's metadata knows no suffixes. */
export function decodeNumberText(raw: unknown): Parsed<Decoded> {
  const result = decoders.quantity(raw);
  const isPlain = typeof raw === 'string' && decimalText.test(raw);
  return result.ok && isPlain ? decoded(result.value.value, 'number-text') : result;
}

function decoded(value: Value, notation: Notation): Parsed<Decoded> {
  return { ok: true, value: { value, notation } };
}

function refuse(error: string): Parsed<never> {
  return { ok: false, error };
}
