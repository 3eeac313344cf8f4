/** A proof in the words and units of policies, for programs and for the text alike. */
import { formatDuration } from '../../core/duration.ts';
import { formatValue } from '../../core/parameter.ts';
import type { Travel } from '../../core/travel.ts';
import type { Proof } from '../../policy/prove.ts';

/** Null: not bounded. */
type Bound = string | null;
type Count = number | string | null;

export interface TravelData {
  readonly from: string;
  readonly to: string;
  readonly noSoonerThan: string;
  readonly changes: Count;
}

export interface ProofData {
  /** `HorizontalPodAutoscaler.autoscaling`. */
  readonly kind: string;
  readonly parameter: string;
  readonly conditions: readonly string[];
  readonly policies: readonly string[];
  readonly value:
    | { readonly min: Bound; readonly max: Bound }
    | { readonly allowed: readonly string[] | 'any' };
  readonly oneChange: { readonly increase: Bound; readonly decrease: Bound } | null;
  readonly windows: readonly {
    readonly within: string;
    readonly change: Bound;
    readonly net: Bound;
    readonly changes: Count;
    readonly reversals: Count;
  }[];
  /** Null: a side of the range is open, or no change gets there. */
  readonly climb: TravelData | null;
  readonly fall: TravelData | null;
  readonly notBounded: readonly string[];
  readonly provisos: readonly string[];
}

export function toData(proof: Proof): ProofData {
  const { group, kind, parameter, conditions, policies, claims, provisos, definition, allowed } = proof;
  const isChoice = definition.type === 'choice';
  const show = (units: bigint | undefined): Bound => (units === undefined ? null : formatUnits(units, proof));
  return {
    kind: group === '' ? kind : `${kind}.${group}`,
    parameter,
    conditions,
    policies,
    value: isChoice ? { allowed } : { min: show(claims.least), max: show(claims.greatest) },
    oneChange: isChoice ? null : { increase: show(claims.increase), decrease: show(claims.decrease) },
    windows: claims.windows.map(({ within, change, net, changes, reversals }) => ({
      within: formatDuration(within),
      change: isChoice ? null : show(change),
      net: isChoice ? null : show(net),
      changes: toCount(changes),
      reversals: isChoice ? null : toCount(reversals),
    })),
    climb: travelData(claims.climb, [show(claims.least), show(claims.greatest)]),
    fall: travelData(claims.fall, [show(claims.greatest), show(claims.least)]),
    notBounded: openOf(proof),
    provisos,
  };
}

function travelData(
  travel: Travel | undefined,
  [from, to]: readonly [from: Bound, to: Bound],
): TravelData | null {
  if (travel === undefined || from === null || to === null) return null;
  return { from, to, noSoonerThan: formatDuration(travel.milliseconds), changes: toCount(travel.changes) };
}

/** As a text where a number would not be exact. */
function toCount(count: bigint | undefined): Count {
  if (count === undefined) return null;
  return count <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(count) : `${count}`;
}

function formatUnits(units: bigint, { parameter, definition: { type } }: Proof): string {
  const isBinary = /memory|storage/.test(parameter);
  return formatValue(units, { type, notation: isBinary ? 'BinarySI' : 'DecimalSI' });
}

/** What nothing bounds, said plainly. */
function openOf({ claims, definition, allowed }: Proof): string[] {
  const { least, greatest, increase, decrease } = claims;
  const longest = claims.windows.at(-1);
  if (longest?.changes === 0n) return [];
  const frequency = longest?.changes === undefined ? ['frequency: not bounded'] : [];
  if (definition.type === 'choice')
    return [...(allowed === 'any' ? ['values: not bounded'] : []), ...frequency];
  return [
    ...openSides('amplitude', { below: least, above: greatest }),
    ...openSides('one change', { downwards: decrease, upwards: increase }),
    ...frequency,
    ...(longest?.reversals === undefined ? ['oscillation: not bounded'] : []),
  ];
}

/** `amplitude: not bounded above`; without the side where both are open. */
function openSides(what: string, sides: Readonly<Record<string, bigint | undefined>>): string[] {
  const open = Object.keys(sides).filter((side) => sides[side] === undefined);
  if (open.length === 0) return [];
  return [open.length === 1 ? `${what}: not bounded ${open[0]}` : `${what}: not bounded`];
}
