/** Text of a file into the values of its reviews, each with its place; bad text becomes faults. */
import { LineCounter, parseAllDocuments } from 'yaml';
import { greatestBodyBytes, greatestDepth } from '../../webhook/decode.ts';
import { findDuplicateKey } from './duplicate-key.ts';
import { splitJson } from './split.ts';

export interface ReviewText {
  readonly file: string;
  readonly text: string;
}

/** One value that should be a review, or why there is none. `place` is `file:line:column`, with `items[3]` in a list. */
export type ReviewItem =
  | { readonly place: string; readonly value: unknown }
  | { readonly place: string; readonly error: string; readonly fix?: string };

const mostAliases = 100;

/** In the order of the text. JSON, JSON Lines, a JSON list, YAML documents; a `List` counts as its items. */
export function parseReviews({ file, text }: ReviewText): ReviewItem[] {
  const plain = text.replace(/^\ufeff/, '');
  if (plain.trim() === '') return [{ place: file, error: 'holds no review' }];
  const isJson = /^\s*[[{]/.test(plain);
  const items = (isJson ? parseJson(file, plain) : undefined) ?? parseYaml(file, plain);
  const all = items.flatMap(unpack);
  return all.length === 0 ? [{ place: file, error: 'holds no review' }] : all;
}

/** Undefined where the first value is not JSON: a flow mapping of YAML begins alike. */
function parseJson(file: string, text: string): ReviewItem[] | undefined {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines.addNewLine(at + 1);
  const placeOf = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const items = splitJson(text).map(({ start, end }): ReviewItem => {
    const chunk = text.slice(start, end);
    if (chunk.length > greatestBodyBytes) return { place: placeOf(start), error: 'is larger than 8 MiB' };
    const value = parseOne(chunk);
    if (value === undefined) return { place: placeOf(start), error: 'is not JSON' };
    const twice = findDuplicateKey(chunk);
    return twice === undefined
      ? { place: placeOf(start), value: value.value }
      : { place: placeOf(start + twice.offset), error: `the key \`${twice.key}\` is given twice` };
  });
  const [first] = items;
  return first !== undefined && 'error' in first && first.error === 'is not JSON' ? undefined : items;
}

function parseOne(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function parseYaml(file: string, text: string): ReviewItem[] {
  const lines = new LineCounter();
  const placeOf = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  if (text.length > greatestBodyBytes)
    return [{ place: file, error: 'is larger than 8 MiB', fix: 'split it, or write it as JSON Lines' }];
  try {
    const options = { lineCounter: lines, uniqueKeys: true, stringKeys: true, prettyErrors: false } as const;
    return [...parseAllDocuments(text, options)].flatMap((document): ReviewItem[] => {
      const [error] = document.errors;
      if (error !== undefined) return [{ place: placeOf(error.pos[0]), error: describe(error) }];
      const value: unknown = document.toJS({ maxAliasCount: mostAliases });
      return value === null || value === undefined
        ? []
        : [{ place: placeOf(document.contents?.range?.[0] ?? 0), value }];
    });
  } catch (error) {
    // The parser throws on aliases that stand for too much, and where nesting overflows its stack.
    return [{ place: file, error: `is not readable YAML (${lowerFirst(String((error as Error).message))})` }];
  }
}

function describe({ code, message }: { readonly code: string; readonly message: string }): string {
  if (code === 'DUPLICATE_KEY') return 'a key is given twice';
  return `is not YAML or JSON: ${lowerFirst(message.replace(/\.$/, ''))}`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** A list counts as its items; what nests too deep is refused before anything recurses over it. */
function unpack(item: ReviewItem): ReviewItem[] {
  if ('error' in item) return [item];
  const { place, value } = item;
  if (isDeep(value, greatestDepth + 2))
    return [{ place, error: `nests deeper than ${greatestDepth} levels` }];
  const values = Array.isArray(value) ? value : itemsOf(value);
  if (values === undefined) return [item];
  return values.map((each, index) => ({ place: `${place} items[${index}]`, value: each }));
}

function itemsOf(value: unknown): readonly unknown[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { kind, items } = value as { readonly kind?: unknown; readonly items?: unknown };
  return typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items) ? items : undefined;
}

function isDeep(value: unknown, left: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return left === 0 || Object.values(value).some((child) => isDeep(child, left - 1));
}
