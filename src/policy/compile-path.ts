/** Parameters that policies define themselves, by RFC 9535 path. The path is the user's; its cost is bounded here. */
import { JSONPathEnvironment, JSONPathQuery, TokenKind } from 'json-p3';
import type { Definition } from '../catalogue/kind.ts';
import { escapeToken } from '../catalogue/node.ts';
import type { Finding, Path } from './problem.ts';
import type { ParameterSpec } from './schema.ts';
import type { CustomParameter } from './set.ts';

export type CompiledPath =
  | { readonly ok: true; readonly parameter: CustomParameter }
  | { readonly ok: false; readonly finding: Finding };

const environment = createEnvironment();

/** Without `match` and `search`: their patterns are regular expressions, which a user could make endless. */
function createEnvironment(): JSONPathEnvironment {
  const created = new JSONPathEnvironment();
  created.functionRegister.delete('match');
  created.functionRegister.delete('search');
  return created;
}

export function compilePath(spec: ParameterSpec, path: Path): CompiledPath {
  let query: JSONPathQuery;
  try {
    query = environment.compile(spec.path);
  } catch (error) {
    return refuse(path, `is not an RFC 9535 path that policies may use: ${String((error as Error).message)}`);
  }
  const why = refusal(query);
  return why === undefined ? { ok: true, parameter: parameterOf(spec, query) } : refuse(path, why);
}

function parameterOf(spec: ParameterSpec, query: JSONPathQuery): CustomParameter {
  const definition: Definition = {
    name: spec.name,
    type: spec.type,
    capacity: spec.capacity ?? 'none',
    integration: spec.integration ?? 'parametric',
    description: spec.description ?? spec.path,
  };
  return { definition, locate: (object) => locate(query, object) };
}

function locate(query: JSONPathQuery, object: unknown): ReturnType<CustomParameter['locate']> {
  const [first, second] = query.query((object ?? null) as never).nodes;
  if (first === undefined) return undefined;
  if (second !== undefined) return { error: `\`${query.toString()}\` finds more than one value` };
  return { path: first.location.map((key) => `/${escapeToken(String(key))}`).join(''), value: first.value };
}

/** Nested filters and descendants make the cost of a short path grow with a power of the object's size. */
function refusal(query: JSONPathQuery): string | undefined {
  if (query.segments.some(({ token }) => token.kind === TokenKind.DDOT))
    return 'may not search descendants (`..`)';
  const inner = query.segments.flatMap(({ selectors }) => selectors.flatMap(queriesIn));
  return inner.every((one) => one.singularQuery())
    ? undefined
    : 'may not search within a filter: name one value there (`@.name`)';
}

/** The queries of a filter expression, however deep. */
function queriesIn(node: unknown): JSONPathQuery[] {
  if (node instanceof JSONPathQuery) return [node];
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) =>
    key === 'environment' || key === 'token' ? [] : queriesIn(value),
  );
}

function refuse(path: Path, why: string): CompiledPath {
  return { ok: false, finding: { code: 'WrongPath', path: [...path, 'path'], why } };
}
