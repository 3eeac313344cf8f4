/** Files and folders that the command line names. What cannot be read becomes a fault. */
import { readFile } from 'node:fs/promises';
import { isAbsolute, relative } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Fault } from './output.ts';

export type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: Fault };

/** The policies that come with Flyball, beside `src` as beside `dist`. */
export const starterPolicies = displayPath(fileURLToPath(new URL('../../policies', import.meta.url)));

/** Relative where the path is below the working folder, as a person would name it. */
export function displayPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short === '' || short.startsWith('..') || isAbsolute(short) ? path : short;
}

/** UTF-8; `-` is standard input. */
export async function readText(path: string): Promise<Read<string>> {
  try {
    const value = path === '-' ? await text(process.stdin) : await readFile(path, 'utf8');
    return { ok: true, value };
  } catch (error) {
    return { ok: false, fault: explainRead(path, error as NodeJS.ErrnoException) };
  }
}

const reasons = new Map([
  ['ENOENT', 'there is no such file or folder'],
  ['EISDIR', 'it is a folder'],
  ['ENOTDIR', 'a part of the path is no folder'],
  ['EACCES', 'you may not read it'],
  ['ERR_STRING_TOO_LONG', 'it is too large'],
]);

export function explainRead(path: string, { code = '', message }: NodeJS.ErrnoException): Fault {
  const why = reasons.get(code) ?? message;
  const fix = code === 'EISDIR' ? `name its files, as \`${path.replace(/\/+$/, '')}/*.yaml\`` : undefined;
  return { what: `cannot read \`${path}\``, why, ...(fix === undefined ? {} : { fix }) };
}
