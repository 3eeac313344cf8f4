/**
 * Arithmetic of numbers and quantities. A quantity is a bigint of 10^-9 units and stays exact under whole factors;
 * a fractional factor counts to six decimals. Undefined: the two do not go together, or the result does not exist.
 */
export type Computable = number | bigint;

const decimals = 1_000_000;

export function addNumbers(a: Computable, b: Computable): Computable | undefined {
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  return typeof a === 'bigint' && typeof b === 'bigint' ? a + b : undefined;
}

export function subtractNumbers(a: Computable, b: Computable): Computable | undefined {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return typeof a === 'bigint' && typeof b === 'bigint' ? a - b : undefined;
}

export function multiplyNumbers(a: Computable, b: Computable): Computable | undefined {
  if (typeof a === 'number' && typeof b === 'number') return a * b;
  if (typeof a === 'bigint' && typeof b === 'number') return scale(a, b);
  return typeof a === 'number' && typeof b === 'bigint' ? scale(b, a) : undefined;
}

/** A quantity divided by a quantity is a number; by a number, a quantity (towards zero). */
export function divideNumbers(a: Computable, b: Computable): Computable | undefined {
  if (typeof a === 'number' && typeof b === 'number') return a / b;
  if (typeof a === 'bigint' && typeof b === 'bigint') return Number(a) / Number(b);
  if (typeof a !== 'bigint' || typeof b !== 'number') return undefined;
  const divisor = toMillionths(b);
  return divisor === undefined || divisor === 0n ? undefined : (a * BigInt(decimals)) / divisor;
}

export function remainderOf(a: Computable, b: Computable): Computable | undefined {
  return typeof a === 'number' && typeof b === 'number' ? a % b : undefined;
}

function scale(quantity: bigint, factor: number): bigint | undefined {
  const millionths = toMillionths(factor);
  return millionths === undefined ? undefined : (quantity * millionths) / BigInt(decimals);
}

function toMillionths(factor: number): bigint | undefined {
  const scaled = Math.round(factor * decimals);
  return Number.isSafeInteger(scaled) ? BigInt(scaled) : undefined;
}
