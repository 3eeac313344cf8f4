/** What an expression may read, and how: own properties alone, never a Secret's data, never a missing fact as null. */
import type { Facts } from '../../core/facts.ts';
import { type Parameter, stripInstances } from '../../core/parameter.ts';
import type { Parsed } from '../../core/quantity.ts';
import type { LogicValue } from './operators.ts';

/** A fact that an expression names, parsed when the policy is loaded. */
export type Variable =
  | { readonly root: 'object' | 'oldObject'; readonly keys: readonly string[] }
  | { readonly root: 'parameter'; readonly name: string; readonly when: 'current' | 'requested' }
  | { readonly root: 'label' | 'annotation'; readonly key: string }
  | { readonly root: 'user' | 'groups' | 'namespace' | 'name' | 'operation' | 'now' };

export const variableForms =
  '`object.…`, `oldObject.…`, `parameters.<name>.current`, `parameters.<name>.requested`, `actor.user`, `actor.groups`, `namespace`, `name`, `operation`, `now`';

const simpleRoots = new Map<string, Variable>([
  ['actor.user', { root: 'user' }],
  ['actor.groups', { root: 'groups' }],
  ['namespace', { root: 'namespace' }],
  ['name', { root: 'name' }],
  ['operation', { root: 'operation' }],
  ['now', { root: 'now' }],
]);

const longestVariable = 512;
const parameterForm = /^parameters\.(.+)\.(current|requested)$/;
const objectForm = /^(object|oldObject)\.(.+)$/;
/** kubectl's copy of the whole object: of a Secret, with its data. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

export function parseVariable(text: string): Parsed<Variable> {
  if (text.length > longestVariable) return { ok: false, error: 'the name of a fact is too long' };
  const simple = simpleRoots.get(text);
  if (simple !== undefined) return { ok: true, value: simple };
  const [, name, when] = parameterForm.exec(text) ?? [];
  if (name !== undefined)
    return {
      ok: true,
      value: { root: 'parameter', name, when: when === 'current' ? 'current' : 'requested' },
    };
  const [, root, path] = objectForm.exec(text) ?? [];
  const keys = path?.split('.') ?? [];
  if (path === undefined || keys.includes(''))
    return { ok: false, error: `\`${text.slice(0, 64)}\` is not a fact (use one of ${variableForms})` };
  return { ok: true, value: { root: root === 'object' ? 'object' : 'oldObject', keys } };
}

export function parseMetadataKey(root: 'label' | 'annotation', key: string): Parsed<Variable> {
  if (root === 'annotation' && key === lastApplied)
    return { ok: false, error: `the annotation \`${lastApplied}\` may hold secrets and is never read` };
  return { ok: true, value: { root, key } };
}

/** True where the actor could change the answer by relabelling in the same request. */
export function readsMetadata(variable: Variable): boolean {
  if (variable.root === 'label' || variable.root === 'annotation') return true;
  return variable.root === 'object' && variable.keys[0] === 'metadata';
}

/** Undefined: the fact is missing. `owner` is the parameter that a bound is computed for: its instance is preferred. */
export function readVariable(
  variable: Variable,
  facts: Facts,
  owner?: Parameter,
): Parsed<LogicValue | undefined> {
  const { change } = facts;
  switch (variable.root) {
    case 'object':
    case 'oldObject':
      return readPath(variable.root === 'object' ? facts.object : facts.oldObject, variable.keys);
    case 'parameter':
      return readParameter(variable, facts, owner);
    case 'label':
      return { ok: true, value: facts.labels.get(variable.key) };
    case 'annotation':
      return readPath(facts.object, ['metadata', 'annotations', variable.key]);
    case 'user':
      return { ok: true, value: change.actor.user };
    case 'groups':
      return { ok: true, value: change.actor.groups };
    case 'namespace':
    case 'name':
      return { ok: true, value: change.target[variable.root] };
    case 'operation':
      return { ok: true, value: change.operation };
    case 'now':
      return { ok: true, value: facts.now };
  }
}

function readPath(root: unknown, keys: readonly string[]): Parsed<LogicValue | undefined> {
  if (ownValue(root, 'kind') === 'Secret' && (keys[0] === 'data' || keys[0] === 'stringData'))
    return { ok: false, error: 'the data of a Secret is never read' };
  let value: unknown = root;
  for (const key of keys) value = ownValue(value, key);
  if (value === undefined || value === null) return { ok: true, value: undefined };
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return { ok: true, value };
  return { ok: false, error: 'is not a text, a number, true or false' };
}

function ownValue(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  if (Array.isArray(value) && key === 'length') return undefined;
  return (value as Readonly<Record<string, unknown>>)[key];
}

function readParameter(
  { name, when }: Extract<Variable, { root: 'parameter' }>,
  facts: Facts,
  owner: Parameter | undefined,
): Parsed<LogicValue | undefined> {
  const found = facts.change.parameters.filter(
    (one) => one.name === name || stripInstances(one.name) === name,
  );
  const sibling = found.find((one) => owner !== undefined && instanceOf(one.name) === instanceOf(owner.name));
  if (found.length > 1 && sibling === undefined)
    return { ok: false, error: `names ${found.length} instances (name one: \`${found[0]?.name}\`)` };
  const parameter = sibling ?? found[0];
  if (parameter === undefined) return { ok: true, value: undefined };
  return { ok: true, value: toLogicValue(parameter, when) };
}

function instanceOf(name: string): string {
  const start = name.indexOf('[');
  return start < 0 ? '' : name.slice(start, name.lastIndexOf(']') + 1);
}

/** Integers and percentages are numbers, durations numbers of seconds, quantities stay exact. */
function toLogicValue(parameter: Parameter, when: 'current' | 'requested'): LogicValue | undefined {
  const value = parameter[when];
  if (typeof value !== 'bigint' || parameter.type === 'quantity') return value;
  return parameter.type === 'duration' ? Number(value) / 1000 : Number(value);
}
