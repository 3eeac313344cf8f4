import { parseDuration } from '../../core/duration.ts';
import type { Finding } from '../problem.ts';

/** Why a case cannot be run: caught by `attempt` alone. */
export class CaseError extends Error {
  readonly finding: Omit<Finding, 'code'>;
  constructor(path: Finding['path'], why: string, fix?: string) {
    super(why);
    this.finding = { path, why, ...(fix === undefined ? {} : { fix }) };
  }
}

/** Runs what may find that the case is wrong. */
export function attempt<T>(work: () => T): T | { readonly finding: Finding } {
  try {
    return work();
  } catch (error) {
    if (error instanceof CaseError) return { finding: { code: 'WrongCase', ...error.finding } };
    throw error;
  }
}

/** Milliseconds. */
export function durationAt(text: string, path: Finding['path']): number {
  const parsed = parseDuration(text);
  if (parsed.ok) return parsed.value;
  throw new CaseError(path, parsed.error);
}
