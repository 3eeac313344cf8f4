/** YAML and JSON text into documents that know where each of their values stands. Bad text becomes problems. */
import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  type YAMLParseError,
  type Document as YamlDocument,
} from 'yaml';
import { inspect } from './inspect.ts';
import {
  type Finding,
  formatPath,
  type Path,
  type Position,
  type Problem,
  type ProblemCode,
  severityOf,
} from './problem.ts';

export interface SourceText {
  /** As it is shown in problems: a path, or the name of an object in the cluster. */
  readonly file: string;
  readonly text: string;
}

/** One document of a file, or one object of the cluster. */
export interface Document {
  readonly file: string;
  readonly value: unknown;
  /** Of the value at a path; of its key with `isKey`; of the nearest ancestor where the path is absent. */
  locate(path: Path, isKey?: boolean): Position;
}

export interface Read {
  readonly documents: readonly Document[];
  readonly problems: readonly Problem[];
}

/** One policy with 64 guards of all rules is about 40 KiB: room for many in a file, none for a bomb. */
export const largestFileBytes = 1024 * 1024;
const mostAliases = 100;
const start: Position = { line: 1, column: 1 };

/** Every document of the text. A file with a syntax error yields no documents at all. */
export function readDocuments(source: SourceText): Read {
  const { file, text } = source;
  if (Buffer.byteLength(text) > largestFileBytes)
    return refuse(file, 'UnreadableFile', 'is larger than 1 MiB');
  const lines = new LineCounter();
  try {
    const parsed = parseAllDocuments(text, {
      lineCounter: lines,
      uniqueKeys: true,
      stringKeys: true,
      prettyErrors: false,
    });
    const all: readonly YamlDocument[] = parsed;
    // The parser stumbles on after the first error of a document: what it then says is mostly its own confusion.
    const problems = all.flatMap(({ errors }) =>
      errors.slice(0, 1).map((error) => syntaxProblem(file, error, lines)),
    );
    if (problems.length > 0) return { documents: [], problems };
    return toDocuments(file, all, lines);
  } catch (error) {
    return refuse(file, codeOf(error), lowerFirst(String((error as Error).message)));
  }
}

/** An object that has no text, such as one from the cluster. `file` names it: `GuardrailPolicy/shop/checkout`. */
export function documentOf(file: string, value: unknown): Read {
  const document: Document = { file, value, locate: () => start };
  const problems = inspect(value).map((finding) => locateFinding(document, finding));
  return problems.length > 0 ? { documents: [], problems } : { documents: [document], problems };
}

/** Gives a finding its place. An unknown field is shown at its key. */
export function locateFinding(document: Document, finding: Finding, name?: string): Problem {
  const isKey = finding.code === 'UnknownField' || finding.code === 'ForbiddenKey';
  return {
    file: document.file,
    ...document.locate(finding.path, isKey),
    severity: severityOf(finding.code),
    code: finding.code,
    what: formatPath(finding.path),
    why: finding.why,
    ...(finding.fix === undefined ? {} : { fix: finding.fix }),
    path: finding.path,
    ...(name === undefined ? {} : { document: name }),
  };
}

function toDocuments(file: string, parsed: readonly YamlDocument[], lines: LineCounter): Read {
  const documents: Document[] = [];
  const problems: Problem[] = [];
  for (const yaml of parsed) {
    const value: unknown = yaml.toJS({ maxAliasCount: mostAliases });
    if (value === null || value === undefined) continue;
    const document: Document = {
      file,
      value,
      locate: (path, isKey) => positionOf(lines, offsetOf(yaml, path, isKey === true)),
    };
    const found = inspect(value);
    problems.push(...found.map((finding) => locateFinding(document, finding)));
    if (found.length === 0) documents.push(document);
  }
  return { documents, problems };
}

function syntaxProblem(file: string, error: YAMLParseError, lines: LineCounter): Problem {
  const code = error.code === 'DUPLICATE_KEY' ? 'DuplicateKey' : codeOf(error.message);
  const why =
    code === 'DuplicateKey' ? 'the key is given twice' : lowerFirst(error.message.replace(/\.$/, ''));
  const place = positionOf(lines, error.pos[0]);
  return { file, ...place, severity: 'error', code, what: 'document', why, path: [] };
}

function refuse(file: string, code: ProblemCode, why: string): Read {
  return {
    documents: [],
    problems: [{ file, ...start, severity: severityOf(code), code, what: 'document', why, path: [] }],
  };
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** The parser throws on deep nesting and on aliases: too many, or ones that stand for nothing. */
function codeOf(error: unknown): ProblemCode {
  return /excessive alias|call stack/i.test(String(error)) ? 'TooDeep' : 'YamlSyntax';
}

function positionOf(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

/** Walks the text's own tree as far as the path goes; aliases lead to what they stand for. */
function offsetOf(document: YamlDocument, path: Path, isKey: boolean): number {
  let node: unknown = document.contents;
  /* v8 ignore next -- a document that is not empty has a place */
  let offset = startOf(node) ?? 0;
  for (const [depth, key] of path.entries()) {
    const next = descend(resolve(node, document), key);
    if (next === undefined) return offset;
    node = next.value;
    const isLast = depth === path.length - 1;
    offset = (isLast && isKey ? startOf(next.key) : startOf(node)) ?? startOf(next.key) ?? offset;
  }
  return offset;
}

function descend(node: unknown, key: string | number): { key: unknown; value: unknown } | undefined {
  if (isSeq(node) && typeof key === 'number') return { key: node.items[key], value: node.items[key] };
  if (!isMap(node)) return undefined;
  return node.items.find((pair) => isScalar(pair.key) && pair.key.value === key);
}

function resolve(node: unknown, document: YamlDocument): unknown {
  return isAlias(node) ? (node as Alias).resolve(document) : node;
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}
