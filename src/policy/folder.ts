/** The documents of a folder, as an editor, a Git checkout or a mounted ConfigMap leaves them. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { largestFileBytes, type Read, readDocuments } from './document.ts';
import type { Problem } from './problem.ts';

const deepestFolder = 8;
const mostFiles = 10_000;
const documentName = /\.(ya?ml|json)$/;
const casesName = /^cases\.(ya?ml|json)$/;

/** Files below a folder in one order; hidden ones are left out, as a ConfigMap's own `..data` must be. */
export function listFiles(folder: string, isWanted: (name: string) => boolean): string[] {
  const files: string[] = [];
  const visit = (directory: string, depth: number): void => {
    for (const entry of readdirSync(directory, { withFileTypes: true }).sort(byName)) {
      if (entry.name.startsWith('.')) continue;
      const path = join(directory, entry.name);
      if (entry.isDirectory()) {
        if (depth >= deepestFolder) throw new Error(`folders are nested deeper than ${deepestFolder}`);
        visit(path, depth + 1);
      } else if (isWanted(entry.name)) files.push(path);
      if (files.length > mostFiles) throw new Error(`there are more than ${mostFiles} files`);
    }
  };
  visit(folder, 1);
  return files;
}

/** No two entries of a folder have one name. */
function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return Number(a.name > b.name) - Number(a.name < b.name);
}

export function isPolicyFile(name: string): boolean {
  return documentName.test(name) && !casesName.test(name);
}

export function isCasesFile(name: string): boolean {
  return casesName.test(name);
}

/** All documents of the folder; a file that cannot be read is a problem, not an absence. */
export function readFolder(folder: string): Read {
  try {
    return joinReads(listFiles(folder, isPolicyFile).map(readFile));
  } catch (error) {
    return { documents: [], problems: [unreadable(folder, error)] };
  }
}

export function readFile(file: string): Read {
  try {
    if (statSync(file).size > largestFileBytes)
      return { documents: [], problems: [unreadable(file, 'it is larger than 1 MiB')] };
    return readDocuments({ file, text: readFileSync(file, 'utf8') });
  } catch (error) {
    return { documents: [], problems: [unreadable(file, error)] };
  }
}

function joinReads(reads: readonly Read[]): Read {
  return {
    documents: reads.flatMap(({ documents }) => documents),
    problems: reads.flatMap(({ problems }) => problems),
  };
}

function unreadable(file: string, error: unknown): Problem {
  const why =
    error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.message) : String(error);
  return {
    file,
    line: 1,
    column: 1,
    severity: 'error',
    code: 'UnreadableFile',
    what: 'file',
    why: `cannot be read: ${why}`,
    path: [],
  };
}
