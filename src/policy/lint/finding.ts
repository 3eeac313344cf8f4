import type { Source } from '../parse.ts';
import type { Finding } from '../problem.ts';

export interface LintFinding extends Finding {
  readonly source: Source;
}
