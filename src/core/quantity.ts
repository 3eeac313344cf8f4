/**
 * Kubernetes resource quantities, exact: a quantity is a bigint count of 10^-9 units ("nanos").
 *
 * Source: k8s.io/apimachinery/pkg/api/resource. The departures are refusals of what the API server would silently
 * alter: a value beyond 2^63-1 (capped if binary; `1000E` even becomes `1`), one finer than 1n (rounded away from
 * zero), minus zero, and text without digits (zero).
 */

export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

export interface Quantity {
  readonly nanos: bigint;
  readonly format: QuantityFormat;
}

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: string };

export const nanosPerUnit = 1_000_000_000n;

/** 2^63-1 units: the greatest magnitude that the API server keeps in every notation. */
const greatestNanos = (2n ** 63n - 1n) * nanosPerUnit;

const decimalSuffixes: readonly (readonly [string, number])[] = [
  ['E', 18],
  ['P', 15],
  ['T', 12],
  ['G', 9],
  ['M', 6],
  ['k', 3],
  ['', 0],
  ['m', -3],
  ['u', -6],
];

const binarySuffixes: readonly (readonly [string, bigint])[] = [
  ['Ei', 2n ** 60n],
  ['Pi', 2n ** 50n],
  ['Ti', 2n ** 40n],
  ['Gi', 2n ** 30n],
  ['Mi', 2n ** 20n],
  ['Ki', 2n ** 10n],
];

const decimalExponents = new Map([...decimalSuffixes, ['n', -9] as const]);
const binaryFactors = new Map(binarySuffixes);

/** Longer than any value the API server emits; keeps the arithmetic small whatever is sent. */
const longestText = 64;

const grammar = /^([+-]?)(\d+)?(?:\.(\d*))?([a-zA-Z]*)([+-]?\d+)?$/;

interface Scale {
  readonly factor: bigint;
  readonly exponent: number;
  readonly format: QuantityFormat;
}

/** Parses `500m`, `1.5Gi`, `1e3`; the error says why in a few words, with the text in backticks. */
export function parseQuantity(text: string): Parsed<Quantity> {
  const match = text.length <= longestText ? grammar.exec(text) : null;
  if (match === null) return refuse(text, 'is not a quantity');
  const [, sign, whole = '', fraction = '', suffix = '', power] = match;
  if (whole === '' && fraction === '') return refuse(text, 'is not a quantity');
  const scale = readScale(suffix, power);
  if (scale === undefined)
    return refuse(text, `has no known suffix (use one of n u m k M G T P E Ki Mi Gi Ti Pi Ei)`);
  const digits = BigInt(whole + fraction);
  if (digits === 0n && sign === '-') return refuse(text, 'is minus zero');
  // Beyond these exponents the value is out of range or too fine whatever the 64 digits are.
  if (scale.exponent > 99 || scale.exponent < -99) return refuse(text, 'is out of range');
  return scaled(text, sign === '-' ? -digits : digits, scale.exponent - fraction.length + 9, scale);
}

function scaled(text: string, digits: bigint, exponent: number, scale: Scale): Parsed<Quantity> {
  const up = digits * scale.factor * 10n ** BigInt(Math.max(exponent, 0));
  const down = 10n ** BigInt(Math.max(-exponent, 0));
  if (up % down !== 0n) return refuse(text, 'is finer than 1n');
  const nanos = up / down;
  if (nanos > greatestNanos || nanos < -greatestNanos) return refuse(text, 'is beyond 2^63-1');
  return { ok: true, value: { nanos, format: scale.format } };
}

function readScale(suffix: string, power: string | undefined): Scale | undefined {
  if (power !== undefined) {
    if (suffix !== 'e' && suffix !== 'E') return undefined;
    return { factor: 1n, exponent: Number(power), format: 'DecimalExponent' };
  }
  const exponent = decimalExponents.get(suffix);
  if (exponent !== undefined) return { factor: 1n, exponent, format: 'DecimalSI' };
  const factor = binaryFactors.get(suffix);
  return factor === undefined ? undefined : { factor, exponent: 0, format: 'BinarySI' };
}

function refuse(text: string, why: string): Parsed<never> {
  return { ok: false, error: `\`${text.slice(0, longestText)}\` ${why}` };
}

/** The API server's canonical text of a quantity: the largest suffix that leaves no fraction. */
export function formatQuantity({ nanos, format }: Quantity): string {
  if (nanos === 0n) return '0';
  if (format === 'BinarySI' && isBinary(nanos)) return formatBinary(nanos / nanosPerUnit);
  return formatDecimal(nanos, format === 'DecimalExponent');
}

/** Below 1024 and for fractions the API server itself falls back to the decimal form. */
function isBinary(nanos: bigint): boolean {
  const units = nanos / nanosPerUnit;
  return nanos % nanosPerUnit === 0n && (units >= 1024n || units <= -1024n);
}

function formatBinary(units: bigint): string {
  for (const [suffix, factor] of binarySuffixes) {
    if (units % factor === 0n) return `${units / factor}${suffix}`;
  }
  return `${units}`;
}

function formatDecimal(nanos: bigint, asExponent: boolean): string {
  for (const [suffix, exponent] of decimalSuffixes) {
    const unit = 10n ** BigInt(exponent + 9);
    if (nanos % unit === 0n)
      return `${nanos / unit}${asExponent && exponent !== 0 ? `e${exponent}` : suffix}`;
  }
  return asExponent ? `${nanos}e-9` : `${nanos}n`;
}
