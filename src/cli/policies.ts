/** The policies that a command decides by. */
import { statSync } from 'node:fs';
import { readFile } from '../policy/folder.ts';
import { type Loaded, loadDocuments, loadFolder } from '../policy/load.ts';
import { formatProblem, isError } from '../policy/problem.ts';
import type { PolicySet } from '../policy/set.ts';
import { explainRead, type Read } from './input.ts';

/** A folder, or one file. Policies that are not valid, and none at all, are faults. */
export function loadPolicies(path: string): Read<PolicySet> {
  const loaded = load(path);
  if (!loaded.ok) return loaded;
  const { set, problems } = loaded.value;
  const [first, ...rest] = problems.filter(isError);
  if (first !== undefined) {
    const more = rest.length === 0 ? '' : ` (and ${rest.length} more)`;
    return refuse(path, `${formatProblem(first)}${more}`, `see them with \`flyball lint ${path}\``);
  }
  if (set === undefined) throw new Error('a set without errors has been compiled');
  if (set.size === 0)
    return refuse(path, 'it holds no policy', 'name a folder with GuardrailPolicy documents');
  return { ok: true, value: set };
}

function load(path: string): Read<Loaded> {
  try {
    if (statSync(path).isDirectory()) return { ok: true, value: loadFolder(path) };
    const { documents, problems } = readFile(path);
    return { ok: true, value: loadDocuments(documents, {}, problems) };
  } catch (error) {
    return { ok: false, fault: explainRead(path, error as NodeJS.ErrnoException) };
  }
}

function refuse(path: string, why: string, fix: string): Read<never> {
  return { ok: false, fault: { what: `cannot use the policies in \`${path}\``, why, fix } };
}
