import { formatDuration } from '../core/duration.ts';
import { formatValue, noChoice, type Parameter, type Value } from '../core/parameter.ts';
import { nanosPerUnit } from '../core/quantity.ts';
import { parseReference } from './reference.ts';

/**
 * The JSON value to write at the parameter's path: a number, a string, canonical quantity text, `50%`, or the
 * structure that a choice stands for. Null where the value is the absent choice: the field is to be removed.
 */
export function encodeValue(parameter: Pick<Parameter, 'type' | 'notation'>, value: Value): unknown {
  if (typeof value === 'string') return encodeChoice(parameter.notation, value);
  switch (parameter.notation) {
    case 'number':
      return Number(value);
    case 'seconds':
      return Number(value / 1000n);
    case 'percent-text':
      return `${value}%`;
    case 'number-text':
      return parameter.type === 'quantity' ? decimal(value) : `${value}`;
    case 'text':
      return formatDuration(Number(value));
    default:
      return formatValue(value, parameter);
  }
}

function encodeChoice(notation: Parameter['notation'], text: string): unknown {
  if (text === noChoice) return null;
  if (notation === 'json') return JSON.parse(text);
  return notation === 'reference' ? parseReference(text) : text;
}

/** `12.5`: for fields that know no suffixes. */
function decimal(nanos: bigint): string {
  const magnitude = nanos < 0n ? -nanos : nanos;
  const fraction = `${magnitude % nanosPerUnit}`.padStart(9, '0').replace(/0+$/, '');
  const whole = `${nanos < 0n ? '-' : ''}${magnitude / nanosPerUnit}`;
  return fraction === '' ? whole : `${whole}.${fraction}`;
}
