/**
 * Relations are comparisons of two linear terms and nothing more, so that they can be solved exactly when values are
 * clamped. Fractional factors are cleared by multiplying both sides.
 */
import type { Definition } from '../catalogue/kind.ts';
import { parseLiteral } from '../catalogue/literal.ts';
import type { Relation, Term } from '../core/relation.ts';
import type { FindParameter } from './parameters.ts';
import type { Finding, Path } from './problem.ts';
import type { Logic } from './schema.ts';

export type CompiledRelation =
  | { readonly ok: true; readonly relations: readonly Relation[]; readonly parameters: readonly string[] }
  | { readonly ok: false; readonly finding: Finding };

const comparisons = ['<=', '<', '>=', '>', '=='];
const form =
  'a comparison (<=, <, >=, >, ==) of two terms, each a parameter, a literal, or {"+": [{var: …}, literal]} or {"*": [literal, {var: …}]}';

/** `factor/scale * parameter + offset/scale`. */
interface Draft {
  readonly definition?: Definition;
  readonly name?: string;
  readonly factor: bigint;
  readonly offset: unknown;
  readonly scale: bigint;
  readonly path: Path;
}

class RelationError extends Error {
  readonly finding: Finding;
  constructor(path: Path, why: string, fix?: string) {
    super(why);
    this.finding = { code: 'WrongRelation', path, why, ...(fix === undefined ? {} : { fix }) };
  }
}

export function compileRelation(logic: Logic, path: Path, find: FindParameter): CompiledRelation {
  try {
    return compile(logic, path, find);
  } catch (error) {
    if (error instanceof RelationError) return { ok: false, finding: error.finding };
    throw error;
  }
}

function compile(logic: Logic, path: Path, find: FindParameter): CompiledRelation {
  const [operator, args] = soleEntry(logic, path);
  if (!comparisons.includes(operator) || args.length !== 2) throw new RelationError(path, `must be ${form}`);
  const at = [...path, operator];
  const left = draftOf(unwrapQuantity(args[0]), [...at, 0], find);
  const right = draftOf(unwrapQuantity(args[1]), [...at, 1], find);
  const definition = left.definition ?? right.definition;
  if (definition === undefined) throw new RelationError(path, 'names no parameter');
  if ((right.definition ?? definition).type !== definition.type)
    throw new RelationError(path, `\`${left.name}\` and \`${right.name}\` are of different types`);
  const scale = left.scale * right.scale;
  const a = termOf(left, definition, scale);
  const b = termOf(right, definition, scale);
  const text = `${describe(args[0])} ${operator} ${describe(args[1])}`;
  return {
    ok: true,
    relations: orient(operator, a, b).map((relation) => ({ ...relation, text })),
    parameters: [left.name, right.name].filter((name) => name !== undefined),
  };
}

function orient(operator: string, a: Term, b: Term): Omit<Relation, 'text'>[] {
  const below = { left: a, right: b };
  const above = { left: b, right: a };
  switch (operator) {
    case '<=':
      return [{ ...below, gap: 0n }];
    case '<':
      return [{ ...below, gap: 1n }];
    case '>=':
      return [{ ...above, gap: 0n }];
    case '>':
      return [{ ...above, gap: 1n }];
    default:
      return [
        { ...below, gap: 0n },
        { ...above, gap: 0n },
      ];
  }
}

function draftOf(node: unknown, path: Path, find: FindParameter): Draft {
  if (typeof node !== 'object') return { factor: 0n, offset: node, scale: 1n, path };
  const [operator, given] = soleEntry(node, path);
  const args = given.map(unwrapQuantity);
  const [first, second] = args;
  if (operator === 'var' && args.length === 1) return variable(first, path, find);
  if (args.length !== 2 || (operator !== '+' && operator !== '*'))
    throw new RelationError(path, `must be ${form}`);
  const [inner, constant] = typeof first === 'object' ? [first, second] : [second, first];
  const draft = draftOf(inner, [...path, operator], find);
  const isLinear = draft.name !== undefined && draft.offset === 0 && typeof constant !== 'object';
  if (!isLinear || (operator === '*' && draft.factor !== 1n))
    throw new RelationError(path, 'may have one parameter and one literal, no more');
  return operator === '+' ? { ...draft, offset: constant } : { ...draft, ...factorOf(constant, path) };
}

/** `{quantity: 1Gi}` is the literal `1Gi`: the parameter beside it says what it is. */
function unwrapQuantity(node: unknown): unknown {
  if (typeof node !== 'object' || node === null || !Object.hasOwn(node, 'quantity')) return node;
  return (node as { readonly quantity: unknown }).quantity;
}

function variable(name: unknown, path: Path, find: FindParameter): Draft {
  const found = find(String(name));
  if (!found.ok) throw new RelationError(path, found.why, found.fix);
  const [definition] = found.definitions;
  if (definition === undefined || found.isWildcard || definition.type === 'choice')
    throw new RelationError(path, `\`${name}\` is not a number that could be related`);
  return { definition, name: String(name), factor: 1n, offset: 0, scale: 1n, path };
}

/** `1.5` is 3/2: exact, with at most three decimals. */
function factorOf(constant: unknown, path: Path): Pick<Draft, 'factor' | 'scale'> {
  const thousandths = Math.round(Number(constant) * 1000);
  const isExact = typeof constant === 'number' && Math.abs(constant * 1000 - thousandths) < 1e-6;
  if (!isExact || thousandths <= 0 || !Number.isSafeInteger(thousandths))
    throw new RelationError(path, 'needs a factor above 0, with at most three decimals');
  return { factor: BigInt(thousandths), scale: 1000n };
}

function termOf(draft: Draft, definition: Definition, scale: bigint): Term {
  const rest = scale / draft.scale;
  const offset = draft.offset === 0 ? 0n : literalOf(draft, definition) * scale;
  if (draft.name === undefined) return { factor: 0n, offset };
  return { parameter: draft.name, factor: draft.factor * rest, offset };
}

function literalOf({ offset, path }: Draft, definition: Definition): bigint {
  const parsed = parseLiteral(definition, offset);
  if (!parsed.ok) throw new RelationError(path, parsed.error);
  return BigInt(parsed.value);
}

function soleEntry(node: unknown, path: Path): [string, readonly unknown[]] {
  const entries = Object.entries(node ?? {});
  const [first] = entries;
  if (first === undefined || entries.length > 1) throw new RelationError(path, `must be ${form}`);
  const [operator, given] = first as [string, unknown];
  return [operator, Array.isArray(given) ? given : [given]];
}

/** `2 * hpa.minReplicas`. */
function describe(node: unknown): string {
  if (typeof node !== 'object' || node === null) return String(node);
  const [[operator, given] = ['', '']] = Object.entries(node);
  const args: readonly unknown[] = Array.isArray(given) ? given : [given];
  return operator === 'var' || operator === 'quantity'
    ? String(args[0])
    : args.map(describe).join(` ${operator} `);
}
