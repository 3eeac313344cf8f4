/** What budgets add up: amounts of capacity, each of one kind whose every object is followed. */
import { stripInstances } from '../core/parameter.ts';
import { catalogue, definitions } from './catalogue.ts';
import type { Definition, Kind } from './kind.ts';

const names = new Set([
  'deployment.replicas',
  'statefulset.replicas',
  'hpa.minReplicas',
  'hpa.maxReplicas',
  'quota.hard',
]);

export const summable: readonly Definition[] = Object.freeze(
  definitions.filter(({ name }) => names.has(name)),
);

/** With its instance, if it has one: `quota.hard[requests.cpu]`. */
export function isSummable(parameter: string): boolean {
  return names.has(stripInstances(parameter));
}

/** The kind whose objects have it; undefined where it is nothing that is added up. */
export function summedKind(parameter: string): Kind | undefined {
  if (!isSummable(parameter)) return undefined;
  const bare = stripInstances(parameter);
  return catalogue.find((kind) => kind.definitions.some(({ name }) => name === bare));
}
