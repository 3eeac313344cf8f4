/** All kinds that Flyball knows by name, in one frozen order. */
import { covers, stripInstances } from '../core/parameter.ts';
import { anchorAnnotation } from './anchor.ts';
import { hpa } from './hpa.ts';
import { scaledObject } from './keda.ts';
import type { Definition, Door, Kind } from './kind.ts';
import { nearest } from './nearest.ts';
import { pdb } from './pdb.ts';
import { pod } from './pod.ts';
import { quota } from './quota.ts';
import { vpa } from './vpa.ts';
import { deployment, statefulSet } from './workload.ts';

export const catalogue: readonly Kind[] = Object.freeze([
  hpa,
  deployment,
  statefulSet,
  pod,
  quota,
  vpa,
  scaledObject,
  pdb,
]);

const byDoor = new Map<string, Kind>();
const byKind = new Map<string, Kind>();
const byName = new Map<string, Definition>();
for (const kind of catalogue) {
  byKind.set(`${kind.group}/${kind.kind}`, kind);
  for (const { group, resource, subresource } of kind.doors)
    byDoor.set(`${group}/${resource}/${subresource}`, kind);
  for (const definition of kind.definitions) byName.set(definition.name, definition);
}
byName.set(anchorAnnotation.name, anchorAnnotation);

/** Every definition once, in the catalogue's order. */
export const definitions: readonly Definition[] = Object.freeze([...byName.values()]);

/** The kind that is changed through a door: `apps`, `deployments`, `scale` is a Deployment. */
export function findKind({ group, resource, subresource }: Door): Kind | undefined {
  return byDoor.get(`${group}/${resource}/${subresource}`);
}

export function kindOf(group: string, kind: string): Kind | undefined {
  return byKind.get(`${group}/${kind}`);
}

/** What a policy's pattern can mean: `hpa.*`, `containers.image`, `containers[web].image`; empty where nothing. */
export function definitionsFor(
  pattern: string,
  among: readonly Definition[] = definitions,
): readonly Definition[] {
  const bare = stripInstances(pattern);
  return among.filter(({ name }) => covers(bare, name));
}

/** For "did you mean": the parameter's name nearest to a misspelled one. */
export function nearestName(name: string): string | undefined {
  return nearest(stripInstances(name), byName.keys());
}
