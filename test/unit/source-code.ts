/** Reads TypeScript as a syntax tree, for the rules of the architecture. The parser is the one that vitest itself uses. */
import { posix } from 'node:path';
import { parseAst } from 'vitest/node';

export interface SourceFile {
  /** `src/core/region.ts`. */
  readonly path: string;
  readonly text: string;
}

export interface Import {
  readonly from: string;
  /** A path as `from` is, or a package's or module's name. */
  readonly to: string;
  readonly isTypeOnly: boolean;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

/** What the file imports, also by re-export, `import()` and `import('...').Type`. */
export function importsOf(file: SourceFile): Import[] {
  return nodesOf(file).flatMap((node) => {
    const source = sourceOf(node);
    return source === undefined
      ? []
      : [{ from: file.path, to: resolve(file, source), isTypeOnly: isTypeOnly(node) }];
  });
}

const importTypes = [
  'ImportDeclaration',
  'ExportNamedDeclaration',
  'ExportAllDeclaration',
  'ImportExpression',
  'TSImportType',
];

function sourceOf(node: Node): string | undefined {
  if (!importTypes.includes(node.type) || !isNode(node['source'])) return undefined;
  const value = node['source']['value'];
  return typeof value === 'string' ? value : '(computed)';
}

function isTypeOnly(node: Node): boolean {
  if (node.type === 'TSImportType') return true;
  if (node['importKind'] === 'type' || node['exportKind'] === 'type') return true;
  const specifiers = Array.isArray(node['specifiers']) ? node['specifiers'].filter(isNode) : [];
  return (
    specifiers.length > 0 &&
    specifiers.every((one) => one['importKind'] === 'type' || one['exportKind'] === 'type')
  );
}

function resolve({ path }: SourceFile, source: string): string {
  return source.startsWith('.') ? posix.join(posix.dirname(path), source) : source;
}

/** What a pure file must not have: waiting, the clock, chance, the process, the outside. */
export function impuritiesOf(file: SourceFile): string[] {
  return nodesOf(file).flatMap((node) => impurityOf(node) ?? []);
}

const impureGlobals = [
  'process',
  'performance',
  'globalThis',
  'console',
  'crypto',
  'fetch',
  'setTimeout',
  'setInterval',
];
const impureMembers = ['Date.now', 'Math.random'];

function impurityOf(node: Node): string | undefined {
  if (node['async'] === true) return 'async';
  if (node['await'] === true || node.type === 'AwaitExpression') return 'await';
  const name = nameOf(node['callee']);
  if (node.type === 'NewExpression' && name === 'Date' && isEmptyList(node['arguments'])) return 'new Date()';
  if (node.type === 'CallExpression' && name === 'Date') return 'Date()';
  const member =
    node.type === 'MemberExpression' ? `${nameOf(node['object'])}.${nameOf(node['property'])}` : '';
  if (impureMembers.includes(member)) return member;
  return node.type === 'Identifier' && impureGlobals.includes(nameOf(node)) ? nameOf(node) : undefined;
}

/** The functions of more lines than `most`: `name or position: lines`. */
export function longFunctionsOf(file: SourceFile, most: number): string[] {
  return nodesOf(file).flatMap((node) => {
    const isFunction = /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type);
    const lines = linesOf(file.text.slice(node.start, node.end));
    const at = file.text.slice(0, node.start).split('\n').length;
    return isFunction && lines > most ? [`${file.path}:${at}: ${lines} lines`] : [];
  });
}

export function linesOf(text: string): number {
  return text.replace(/\n$/, '').split('\n').length;
}

/** False where the file declares types alone, so that there is nothing to run. */
export function hasCode({ text, path }: SourceFile): boolean {
  const isType = (node: Node): boolean => /^TS(Interface|TypeAlias)Declaration$/.test(node.type);
  return parse({ text, path }).some((node) => {
    if (node.type === 'ImportDeclaration') return false;
    const declaration = node['declaration'];
    return !isType(isNode(declaration) ? declaration : node);
  });
}

function parse({ text, path }: SourceFile): Node[] {
  try {
    return parseAst(text, { lang: 'ts' }).body as unknown as Node[];
  } catch (error) {
    throw new Error(`${path} cannot be parsed`, { cause: error });
  }
}

/** All nodes, without the names of properties: `it.process` is not the global `process`. */
function nodesOf(file: SourceFile): Node[] {
  const found: Node[] = [];
  const queue: unknown[] = [...parse(file)];
  for (let it = queue.pop(); it !== undefined; it = queue.pop()) {
    if (Array.isArray(it)) queue.push(...it.map((one: unknown) => one ?? []));
    else if (isNode(it)) {
      found.push(it);
      queue.push(...childrenOf(it));
    }
  }
  return found.sort((a, b) => a.start - b.start);
}

function childrenOf(node: Node): unknown[] {
  const isName = (key: string): boolean => (key === 'property' || key === 'key') && node['computed'] !== true;
  return Object.entries(node).flatMap(([key, value]) => (isName(key) ? [] : [value ?? []]));
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}

function nameOf(node: unknown): string {
  return isNode(node) && node.type === 'Identifier' ? String(node['name']) : '';
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
