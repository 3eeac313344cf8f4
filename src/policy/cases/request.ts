/** A case as the request it stands for: what the webhook would have read from an object. */
import { catalogue, kindOf } from '../../catalogue/catalogue.ts';
import type { Definition, Kind } from '../../catalogue/kind.ts';
import { resourceQuantum } from '../../catalogue/survey.ts';
import type { Change, Operation, Target } from '../../core/change.ts';
import type { Facts } from '../../core/facts.ts';
import { type Notation, noChoice, type Parameter, type Value } from '../../core/parameter.ts';
import { parseQuantity } from '../../core/quantity.ts';
import type { CompiledPolicy } from '../compile.ts';
import type { CaseSpec } from '../schema.ts';
import type { Query } from '../set.ts';
import { findDefinitions, readLiteral, valueAt } from './names.ts';
import { membersOf, type Other } from './others.ts';
import { CaseError } from './wrong.ts';

export interface CaseRequest {
  readonly query: Query;
  readonly facts: Facts;
  readonly kind: Kind | undefined;
}

/** Who asks where the case does not say. */
export const unnamed = 'somebody';

/** When a request is made, and what is remembered then. */
export type Moment = Pick<Facts, 'now' | 'readHistory'> & {
  readonly dryRun: boolean;
  readonly others?: readonly Other[];
};

/** Paths of what it throws are relative to the case. */
export function toRequest(
  spec: CaseSpec,
  policies: readonly CompiledPolicy[],
  { now, readHistory, dryRun, others = [] }: Moment,
): CaseRequest {
  const operation = spec.operation ?? (spec.given === undefined ? 'CREATE' : 'UPDATE');
  if (operation !== 'DELETE' && spec.propose === undefined) throw new CaseError([], '`propose` is missing');
  const definitions = findDefinitions(spec, policies);
  const target = findTarget(spec, [...definitions.values()], policies);
  const kind = kindOf(target.group, target.kind);
  const parameters = [
    ...existence(kind, operation, target),
    ...(operation === 'DELETE' ? [] : toParameters(spec, definitions, operation)),
  ];
  const actor = {
    user: spec.by ?? unnamed,
    groups: spec.groups ?? [],
    ...(spec.fieldManager === undefined ? {} : { fieldManager: spec.fieldManager }),
  };
  const change: Change = { target, actor, operation, dryRun, parameters };
  const labels = new Map(Object.entries(spec.labels ?? {}));
  const namespaceLabels = new Map(Object.entries(spec.namespaceLabels ?? {}));
  const object = toObject(spec, target);
  return {
    query: {
      ...target,
      operation,
      actor,
      now,
      readLabels: () => [labels],
      readNamespaceLabels: () => namespaceLabels,
    },
    facts: {
      now,
      change,
      object,
      oldObject: operation === 'CREATE' ? undefined : object,
      labels,
      readHistory,
      readMembers: membersOf(others, target.namespace),
    },
    kind,
  };
}

function toObject(
  { object, labels = {}, annotations = {} }: CaseSpec,
  { kind, namespace, name }: Target,
): object {
  return { kind, ...object, metadata: { name, namespace, labels, annotations } };
}

function findTarget(
  { target = {} }: CaseSpec,
  definitions: readonly Definition[],
  policies: readonly CompiledPolicy[],
): Target {
  const { group, kind } =
    target.kind === undefined
      ? inferKind(definitions, policies)
      : { group: target.group ?? '', kind: target.kind };
  return {
    group,
    kind,
    namespace: target.namespace ?? inferNamespace(policies),
    name: target.name ?? 'example',
    subresource: target.subresource ?? '',
  };
}

/** The kind that has all the parameters; of several, the first that a policy matches. */
function inferKind(
  definitions: readonly Definition[],
  policies: readonly CompiledPolicy[],
): { readonly group: string; readonly kind: string } {
  const resources = policies.flatMap(({ source }) => source.value.spec.match.resources);
  const known = definitions.filter((one) => catalogue.some((kind) => kind.definitions.includes(one)));
  const able = catalogue.filter((kind) => known.every((one) => kind.definitions.includes(one)));
  const matched = able.find((one) =>
    resources.some(({ group, kind }) => group === one.group && kind === one.kind),
  );
  // Parameters that policies define themselves belong to what those match.
  const found = matched ?? (known.length > 0 ? able[0] : resources[0]);
  if (found !== undefined) return found;
  const names = definitions.map(({ name }) => `\`${name}\``).join(' and ');
  throw new CaseError(
    [],
    `no kind has ${names === '' ? 'what the case names' : names}`,
    'name it under `target`',
  );
}

function inferNamespace(policies: readonly CompiledPolicy[]): string {
  const named = policies.flatMap(
    ({ namespace, source }) => namespace ?? source.value.spec.match.namespaces ?? [],
  );
  return named.find((name) => !name.endsWith('*')) ?? 'default';
}

/** As the reader of requests has it: of the object itself, where it is made or removed. */
function existence(kind: Kind | undefined, operation: Operation, { subresource }: Target): Parameter[] {
  const definition = kind?.definitions.find(({ name }) => name.endsWith('.exists'));
  if (definition === undefined || operation === 'UPDATE' || subresource !== '') return [];
  const [current, requested] = operation === 'CREATE' ? ['absent', 'present'] : ['present', 'absent'];
  return [toParameter(definition.name, definition, { current, requested, notation: 'text' })];
}

function toParameters(
  { given = {}, propose = {} }: CaseSpec,
  definitions: ReadonlyMap<string, Definition>,
  operation: Operation,
): Parameter[] {
  return [...definitions].flatMap(([name, definition]) => {
    if (definition.name.endsWith('.exists')) return [];
    const absent = definition.type === 'choice' ? noChoice : undefined;
    const stored = readLiteral(definition, valueAt(given, name), ['given', name]) ?? absent;
    const current = operation === 'CREATE' ? undefined : stored;
    const requested = Object.hasOwn(propose, name)
      ? readLiteral(definition, propose[name], ['propose', name])
      : stored;
    const written = String(propose[name] ?? given[name]);
    return [toParameter(name, definition, { current, requested, notation: notationOf(definition, written) })];
  });
}

function notationOf({ type }: Definition, written: string): Notation {
  const parsed = type === 'quantity' ? parseQuantity(written) : undefined;
  if (parsed?.ok) return parsed.value.format;
  return type === 'choice' || type === 'quantity' ? 'text' : 'number';
}

function toParameter(
  name: string,
  { type, capacity, integration }: Definition,
  {
    current,
    requested,
    notation,
  }: { current: Value | undefined; requested: Value | undefined; notation: Notation },
): Parameter {
  return {
    name,
    type,
    path: '',
    notation,
    quantum: type === 'quantity' ? resourceQuantum(resourceOf(name)) : 1n,
    capacity,
    integration,
    ...(current === undefined ? {} : { current }),
    ...(requested === undefined ? {} : { requested }),
  };
}

/** `requests.cpu` of `quota.hard[requests.cpu]`, `cpu` of `containers[web].requests.cpu`. */
function resourceOf(name: string): string {
  return name.endsWith(']') ? name.slice(name.lastIndexOf('[') + 1, -1) : name;
}
