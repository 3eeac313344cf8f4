/** The literals of all guards that bound one parameter together, as the core proves from them. */
import type { Definition } from '../../catalogue/kind.ts';
import { resolveAmount } from '../../core/amount.ts';
import type { Bounds } from '../../core/prove.ts';
import type { Bound } from '../../core/rules/range.ts';
import type { RuleParts } from '../compile-rules.ts';

interface Edges {
  readonly least?: bigint;
  readonly greatest?: bigint;
}

export interface Subject {
  /** With its instance. */
  readonly name: string;
  readonly definition: Definition;
  /** Then a rate of each actor's own movements bounds them all. */
  readonly hasOneActor: boolean;
}

export function boundsOf(parts: readonly RuleParts[], { name, definition, hasOneActor }: Subject): Bounds {
  const { type, integration } = definition;
  const quantum = quantumOf(name, type);
  const edges = edgesOf(parts, quantum);
  return {
    ...edges,
    steps: parts.flatMap(({ step }) => step ?? []),
    rates: parts.flatMap(({ rate }) =>
      rate === undefined || (rate.by === 'actor' && !hasOneActor) ? [] : rate,
    ),
    cooldowns: parts.flatMap(({ cooldown }) => cooldown ?? []),
    reversals: parts.flatMap(({ reversal }) => reversal ?? []),
    persistences: parts.flatMap(({ persistence }) => persistence ?? []),
    quantum,
    leastMove: leastMoveOf(parts, type, edges),
    isChoice: type === 'choice',
    isFixed: parts.some(
      ({ choice, ownership }) => choice === 'unchanged' || ownership?.includes(integration) === false,
    ),
  };
}

function edgesOf(parts: readonly RuleParts[], quantum: bigint): Edges {
  const drifts = parts.flatMap((part) => driftEdges(part, quantum));
  const lows = [...parts.flatMap(({ range }) => literal(range?.min)), ...drifts.map(({ low }) => low)];
  const highs = [...parts.flatMap(({ range }) => literal(range?.max)), ...drifts.map(({ high }) => high)];
  return {
    ...(lows.length === 0 ? {} : { least: lows.reduce((a, b) => (a > b ? a : b)) }),
    ...(highs.length === 0 ? {} : { greatest: highs.reduce((a, b) => (a < b ? a : b)) }),
  };
}

function literal(bound: Bound | undefined): bigint[] {
  return typeof bound === 'bigint' ? [bound] : [];
}

/** Where the anchor is an annotation, nothing is known of it here. */
function driftEdges({ drift }: RuleParts, quantum: bigint): { low: bigint; high: bigint }[] {
  if (drift === undefined || typeof drift.from !== 'bigint') return [];
  const reach = resolveAmount(drift.max, drift.from, quantum);
  return [{ low: drift.from - reach, high: drift.from + reach }];
}

/** The greatest grid that the value may have, so that a share is never more than is said. */
function quantumOf(name: string, type: Definition['type']): bigint {
  if (type === 'duration') return 1000n;
  if (type !== 'quantity') return 1n;
  return /[.[]cpu\]?$/.test(name) ? 1_000_000n : 1_000_000_000n;
}

/** A quantity moves by a billionth, which says nothing of how often it does; nor does a share of nothing. */
function leastMoveOf(parts: readonly RuleParts[], type: Definition['type'], edges: Edges): bigint {
  const bands = parts.flatMap(({ deadband }) =>
    deadband === undefined ? [] : [resolveAmount(deadband, nearestToZero(edges), 1n)],
  );
  const isCounted = type === 'integer' || type === 'percent';
  return bands.filter((band) => band > 1n).reduce((a, b) => (a > b ? a : b), isCounted ? 1n : 0n);
}

function nearestToZero({ least, greatest }: Edges): bigint {
  if (least !== undefined && least > 0n) return least;
  return greatest !== undefined && greatest < 0n ? greatest : 0n;
}
