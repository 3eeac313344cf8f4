import type { Parsed } from '../core/quantity.ts';
import { isRecord } from './node.ts';

/** Longer texts cannot be compared, shown and recorded with every decision: such a field is unreadable. */
export const longestText = 65_536;

const deepest = 32;

/**
 * JSON with sorted keys and no spaces, plain ASCII: equal structures have equal texts, and parsing the text gives the
 * structure back. Refused where deeper than 32 levels or longer than 64 KiB.
 */
export function canonicalJson(value: unknown): Parsed<string> {
  const budget = { left: longestText };
  const text = write(value, 0, budget);
  if (text === undefined || budget.left < 0)
    return { ok: false, error: `is deeper than ${deepest} levels or longer than ${longestText} characters` };
  return { ok: true, value: text };
}

interface Budget {
  left: number;
}

function write(value: unknown, depth: number, budget: Budget): string | undefined {
  if (depth > deepest || budget.left < 0) return undefined;
  if (Array.isArray(value)) return writeList(value, depth, budget);
  if (isRecord(value)) return writeRecord(value, depth, budget);
  return spend(typeof value === 'string' ? quote(value, budget) : (JSON.stringify(value) ?? 'null'), budget);
}

function writeList(list: readonly unknown[], depth: number, budget: Budget): string | undefined {
  const parts: string[] = [];
  for (const item of list) {
    const part = write(item, depth + 1, budget);
    if (part === undefined) return undefined;
    parts.push(part);
  }
  return spend(`[${parts.join(',')}]`, budget, 2 + parts.length);
}

function writeRecord(
  record: Readonly<Record<string, unknown>>,
  depth: number,
  budget: Budget,
): string | undefined {
  const keys = Object.keys(record);
  if (keys.length > budget.left) return undefined;
  const parts: string[] = [];
  for (const key of keys.sort()) {
    const name = spend(quote(key, budget), budget);
    const part = write(record[key], depth + 1, budget);
    if (part === undefined) return undefined;
    parts.push(`${name}:${part}`);
  }
  return spend(`{${parts.join(',')}}`, budget, 2 + 2 * parts.length);
}

function spend(text: string, budget: Budget, cost = text.length): string {
  budget.left -= cost;
  return text;
}

/** Printable ASCII without quotes and backslashes: nothing to escape. */
const plain = /^[ !#-[\]-~]*$/;

function quote(text: string, budget: Budget): string {
  if (text.length > budget.left) {
    budget.left = -1;
    return '""';
  }
  if (plain.test(text)) return `"${text}"`;
  return JSON.stringify(text).replace(
    /[^ -~]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
