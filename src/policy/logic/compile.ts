/** JSON Logic, checked when the policy is loaded: allowed operators, arity, depth, size, and what it may read. */
import { parseQuantity } from '../../core/quantity.ts';
import type { Finding, Path } from '../problem.ts';
import { suggest } from '../suggest.ts';
import { engineName, operators, quantityOperator, truthOperator } from './operators.ts';
import { parseMetadataKey, parseVariable, type Variable } from './variable.ts';

export const greatestLogicDepth = 16;
export const mostNodes = 256;
const mostListItems = 64;
const longestLiteral = 256;

/** One fact as an expression reads it: `default` stands in where it is missing. */
export interface Reference {
  readonly text: string;
  readonly variable: Variable;
  readonly fallback?: string | number | boolean;
}

/** Ready for json-logic-js: each fact is an opaque key, `0`, `1` and so on, of the data. */
export interface LogicProgram {
  readonly rule: unknown;
  readonly references: readonly Reference[];
}

export type CompiledLogic =
  | { readonly ok: true; readonly program: LogicProgram }
  | { readonly ok: false; readonly findings: readonly Finding[] };

/** Why a parameter cannot be read; undefined where it can. */
export type CheckParameter = (name: string) => { readonly why: string; readonly fix?: string } | undefined;

interface Context {
  readonly references: Reference[];
  readonly findings: Finding[];
  readonly checkParameter: CheckParameter;
  nodes: number;
}

const readers = ['var', 'label', 'annotation'];
const known = [...operators.keys(), ...readers, 'quantity'];

/** At most one finding: after the first mistake the rest of an expression says little. */
export function compileLogic(
  expression: unknown,
  path: Path,
  options: { readonly result: 'truth' | 'number'; readonly checkParameter: CheckParameter },
): CompiledLogic {
  const context: Context = { references: [], findings: [], checkParameter: options.checkParameter, nodes: 0 };
  const rule = compileNode(expression, path, context);
  checkResult(expression, path, options.result, context);
  const [first] = context.findings;
  return first === undefined
    ? { ok: true, program: { rule, references: context.references } }
    : { ok: false, findings: [first] };
}

function compileNode(node: unknown, path: Path, context: Context, depth = 1): unknown {
  context.nodes += 1;
  if (context.nodes > mostNodes) return refuse(context, path, `has more than ${mostNodes} parts`);
  if (depth > greatestLogicDepth)
    return refuse(context, path, `is nested deeper than ${greatestLogicDepth} levels`);
  if (typeof node === 'number' || typeof node === 'boolean') return node;
  if (typeof node === 'string')
    return node.length <= longestLiteral ? node : refuse(context, path, 'is too long a text');
  if (Array.isArray(node))
    return refuse(context, path, 'is a list: one may stand only as the second argument of `in`');
  if (node === null || typeof node !== 'object') return refuse(context, path, 'is not a value');
  const [name, ...others] = Object.keys(node);
  if (name === undefined || others.length > 0)
    return refuse(context, path, 'must have exactly one operator', 'join conditions with `and`');
  const given: unknown = (node as Readonly<Record<string, unknown>>)[name];
  return compileOperation(name, Array.isArray(given) ? given : [given], [...path, name], { context, depth });
}

interface Place {
  readonly context: Context;
  readonly depth: number;
}

function compileOperation(name: string, args: readonly unknown[], path: Path, place: Place): unknown {
  const { context, depth } = place;
  if (readers.includes(name)) return compileReader(name, args, path, context);
  if (name === 'quantity') return compileQuantity(args, path, place);
  const operator = operators.get(name);
  if (operator === undefined)
    return refuse(context, path, 'is not an operator that policies may use', suggest(name, known));
  if (args.length < operator.least || args.length > operator.most || (name === 'if' && args.length % 2 === 0))
    return refuse(context, path, `cannot have ${args.length} arguments`);
  const compiled = args.map((arg, index) => {
    const at = [...path, index];
    if (name === 'in' && index === 1) return compileList(arg, at, place);
    return compileNode(arg, at, context, depth + 1);
  });
  return {
    [engineName(name)]: compiled.map((arg, index) =>
      isTruthPlace(name, index, args.length) ? { [truthOperator]: [arg] } : arg,
    ),
  };
}

/** json-logic-js itself looks at these arguments of its lazy operators, and is lenient. */
function isTruthPlace(name: string, index: number, count: number): boolean {
  return name === 'and' || name === 'or' || (name === 'if' && index % 2 === 0 && index < count - 1);
}

function compileList(list: unknown, path: Path, { context, depth }: Place): unknown {
  if (!Array.isArray(list)) return compileNode(list, path, context, depth + 1);
  if (list.length > mostListItems) return refuse(context, path, `has more than ${mostListItems} items`);
  return list.map((item, index) =>
    typeof item === 'object'
      ? refuse(context, [...path, index], 'must be a text, a number, true or false')
      : compileNode(item, [...path, index], context, depth + 1),
  );
}

function compileReader(name: string, args: readonly unknown[], path: Path, context: Context): unknown {
  const [text, fallback] = args;
  if (typeof text !== 'string' || args.length > 2)
    return refuse(context, path, 'takes a literal name, and a default if need be');
  if (fallback !== undefined && !isScalar(fallback))
    return refuse(context, path, 'takes a text, a number, true or false as its default');
  const parsed =
    name === 'var' ? parseVariable(text) : parseMetadataKey(name === 'label' ? 'label' : 'annotation', text);
  if (!parsed.ok) return refuse(context, path, parsed.error);
  const variable = parsed.value;
  const unknown = variable.root === 'parameter' ? context.checkParameter(variable.name) : undefined;
  if (unknown !== undefined) return refuse(context, path, unknown.why, unknown.fix);
  context.references.push({
    text: name === 'var' ? text : `${name} ${text}`,
    variable,
    ...(fallback === undefined ? {} : { fallback }),
  });
  return { var: `${context.references.length - 1}` };
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function compileQuantity(args: readonly unknown[], path: Path, { context, depth }: Place): unknown {
  const [text] = args;
  if (args.length !== 1) return refuse(context, path, 'takes one argument');
  if (typeof text === 'object')
    return { [quantityOperator]: [compileNode(text, [...path, 0], context, depth + 1)] };
  const parsed = parseQuantity(String(text));
  return parsed.ok ? parsed.value.nanos : refuse(context, path, parsed.error);
}

function checkResult(expression: unknown, path: Path, wanted: 'truth' | 'number', context: Context): void {
  const name = Object.keys(expression as object)[0] ?? '';
  const result = operators.get(name)?.result ?? (name === 'quantity' ? 'number' : 'any');
  if (result === 'any' || result === wanted) return;
  const why = wanted === 'truth' ? 'does not give true or false' : 'does not give a value to compare with';
  refuse(context, [...path, name], why);
}

function refuse(context: Context, path: Path, why: string, fix?: string): undefined {
  context.findings.push({ code: 'WrongLogic', path, why, ...(fix === undefined ? {} : { fix }) });
  return undefined;
}
