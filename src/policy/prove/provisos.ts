/** What a guarantee leaves open: bounds that are not literals, policies that do not enforce, what may suspend it. */

import { alters } from '../build-guards.ts';
import type { RuleParts } from '../compile-rules.ts';
import type { CompiledException } from '../exceptions.ts';
import type { Bounding } from './subject.ts';

/** Sorted, each once. */
export function provisosOf(
  boundings: readonly Bounding[],
  exceptions: readonly CompiledException[],
  { hasOneActor }: { readonly hasOneActor: boolean },
): readonly string[] {
  const enforced = boundings.filter(({ policy }) => policy.mode === 'Enforce');
  const found = [
    ...boundings.filter(({ policy }) => policy.mode !== 'Enforce').map(({ policy }) => advisory(policy)),
    ...enforced.flatMap(({ policy, entry }) => [
      ...computed(entry.parts, policy.id),
      ...(entry.parts.rate?.by === 'actor' && !hasOneActor
        ? [`\`rate\` of ${policy.id} counts each actor alone: it does not bound them together`]
        : []),
      ...(entry.parts.choice === 'unchanged'
        ? [`\`choice: unchanged\` of ${policy.id} does not bound an object that is made anew`]
        : []),
      ...(entry.parts.freeze === undefined ? [] : [`\`freeze\` of ${policy.id} can only hold it longer`]),
      ...(policy.failurePolicy === 'Ignore'
        ? [`${policy.id} bounds nothing where it cannot be evaluated (\`failurePolicy: Ignore\`)`]
        : []),
    ]),
    ...exceptions.flatMap((exception) => altered(exception, enforced)),
  ];
  return [...new Set(found)].sort();
}

function advisory({ id, mode }: Bounding['policy']): string {
  return `${id} is in mode ${mode}: it bounds nothing`;
}

function computed({ range, drift }: RuleParts, id: string): string[] {
  const sides = (['min', 'max'] as const).filter((side) => typeof range?.[side] === 'function');
  return [
    ...sides.map(
      (side) => `\`range.${side}\` of ${id} is computed: a value outside it goes back at once, however far`,
    ),
    ...(drift?.isAnchored === true
      ? [`\`drift\` of ${id} is measured from an annotation: a value outside it goes back at once`]
      : []),
  ];
}

function altered(
  { id, expires, policies, entries }: CompiledException,
  boundings: readonly Bounding[],
): string[] {
  const isMeant = boundings.some(
    ({ policy, entry }) => policies.includes(policy.id) && entries.some((other) => alters(other, entry)),
  );
  return isMeant ? [`exception ${id} replaces bounds until ${new Date(expires).toISOString()}`] : [];
}
