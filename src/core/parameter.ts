import { formatDuration } from './duration.ts';
import { formatQuantity, type QuantityFormat } from './quantity.ts';

/**
 * A typed knob of one object. Numbers are bigints of the type's smallest unit, never floats:
 * integer 1, percent 1 percentage point, quantity 10^-9, duration 1 ms. A choice is a string, and its
 * absence is the choice `(none)`; an absent number is undefined.
 */
export type ParameterType = 'integer' | 'quantity' | 'percent' | 'duration' | 'choice';

export type Value = bigint | string;

/**
 * How the object writes the value: needed to print it and to write it back. `json` is a choice whose text is JSON,
 * `reference` one whose text names an object (`Deployment.apps/checkout`).
 */
export type Notation =
  | 'number'
  | 'text'
  | 'seconds'
  | 'percent-text'
  | 'number-text'
  | 'json'
  | 'reference'
  | QuantityFormat;

/** What a higher value means for the service's capacity. */
export type Capacity = 'more' | 'less' | 'none';

/** The review's taxonomy of how learning is attached to a control loop: thresholds, bounds, direct actuation. */
export type Integration = 'parametric' | 'restrictive' | 'substitutive';

export interface Parameter {
  /** The catalogue's name, with the instance in brackets: `containers[web].requests.cpu`. */
  readonly name: string;
  readonly type: ParameterType;
  /** RFC 6901 pointer to the value in the request's object. */
  readonly path: string;
  readonly notation: Notation;
  /** The grid that granted values are snapped to, in smallest units; 1n unless the API needs coarser. */
  readonly quantum: bigint;
  readonly capacity: Capacity;
  readonly integration: Integration;
  /** The stored value; undefined on CREATE, or where the field was absent. */
  readonly current?: Value;
  /** The proposed value; undefined where the request removes the field. */
  readonly requested?: Value;
}

export const noChoice = '(none)';

/** True where the request proposes another value than the stored one. */
export function isChanged(parameter: Parameter): boolean {
  return parameter.current !== parameter.requested;
}

/** The value as a person writes it: `1500m`, `5m`, `70%`, `default-scheduler`; `(none)` where absent. */
export function formatValue(
  value: Value | undefined,
  parameter: Pick<Parameter, 'type' | 'notation'>,
): string {
  if (value === undefined) return noChoice;
  if (typeof value === 'string') return value;
  if (parameter.type === 'quantity')
    return formatQuantity({ nanos: value, format: quantityFormat(parameter.notation) });
  if (parameter.type === 'duration') return formatDuration(value);
  return parameter.type === 'percent' ? `${value}%` : `${value}`;
}

function quantityFormat(notation: Notation): QuantityFormat {
  return notation === 'BinarySI' || notation === 'DecimalExponent' ? notation : 'DecimalSI';
}

/**
 * Whether a name is covered by a pattern: itself, all instances (`containers.image` covers
 * `containers[web].image`), or everything below (`hpa.*`).
 */
export function covers(pattern: string, name: string): boolean {
  if (pattern === name || pattern === '*') return true;
  const bare = stripInstances(name);
  if (pattern === bare) return true;
  return (
    pattern.endsWith('.*') && (name.startsWith(pattern.slice(0, -1)) || bare.startsWith(pattern.slice(0, -1)))
  );
}

/** `containers[web].requests.cpu` is `containers.requests.cpu`: the name without what is in brackets. */
export function stripInstances(name: string): string {
  const start = name.indexOf('[');
  if (start < 0) return name;
  const end = name.indexOf(']', start) + 1;
  const inner = name.indexOf('[', start + 1);
  // One instance is what names have; only a hostile one has brackets within brackets.
  const isOne = end > 0 && inner < 0;
  return isOne ? name.slice(0, start) + name.slice(end) : stripNested(name);
}

function stripNested(name: string): string {
  let depth = 0;
  let bare = '';
  for (const character of name) {
    if (character === '[') depth += 1;
    if (depth === 0) bare += character;
    if (character === ']') depth = Math.max(0, depth - 1);
  }
  return bare;
}
