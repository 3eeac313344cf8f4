/** What the names and literals of a case stand for. */
import type { Definition } from '../../catalogue/kind.ts';
import { parseLiteral } from '../../catalogue/literal.ts';
import { noChoice, type Value } from '../../core/parameter.ts';
import type { CompiledPolicy } from '../compile.ts';
import { type FindParameter, parameterFinder } from '../parameters.ts';
import type { Path } from '../problem.ts';
import type { CaseSpec } from '../schema.ts';
import { CaseError } from './wrong.ts';

export type Values = Readonly<Record<string, number | string>>;

/** Names in the order in which the case gives them. */
export function findDefinitions(
  { given = {}, propose = {} }: Pick<CaseSpec, 'given' | 'propose'>,
  policies: readonly CompiledPolicy[],
): ReadonlyMap<string, Definition> {
  const find = finderOf(policies);
  const definitions = new Map<string, Definition>();
  for (const [field, values] of Object.entries({ given, propose }))
    for (const name of Object.keys(values)) definitions.set(name, findDefinition(name, [field, name], find));
  return definitions;
}

export function finderOf(policies: readonly CompiledPolicy[]): FindParameter {
  return parameterFinder(
    policies.flatMap(({ parameters }) => parameters.map(({ definition }) => definition)),
  );
}

export function findDefinition(name: string, path: Path, find: FindParameter): Definition {
  const found = find(name);
  if (!found.ok) throw new CaseError(path, found.why, found.fix);
  const [definition] = found.definitions;
  if (found.isWildcard || definition === undefined)
    throw new CaseError(path, `\`${name}\` is a pattern: name one parameter`);
  return definition;
}

/** Undefined where it is omitted, or an absent number. */
export function readLiteral(
  definition: Definition,
  literal: number | string | undefined,
  path: Path,
): Value | undefined {
  if (literal === undefined || (literal === noChoice && definition.type !== 'choice')) return undefined;
  const parsed = parseLiteral(definition, literal);
  if (parsed.ok) return parsed.value;
  throw new CaseError(path, parsed.error);
}

/** Of a mapping by name, which may be anyone's. */
export function valueAt(values: Values, name: string): number | string | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}
