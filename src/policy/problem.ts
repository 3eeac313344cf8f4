/**
 * What is wrong with a document, for a person: where, what, why and how to mend it. Every code is here; `lint` ones
 * leave the document valid.
 */

/** Each code with its severity and what it means: the source of docs and of the tests that keep them in step. */
export const problemCodes = {
  UnreadableFile: ['error', 'a file cannot be read, or is larger than 1 MiB'],
  YamlSyntax: ['error', 'the text is not YAML or JSON'],
  DuplicateKey: ['error', 'a key is given twice'],
  ForbiddenKey: ['error', 'a key that no document needs, such as `__proto__`'],
  TooDeep: ['error', 'the document is nested too deep, or expands too many aliases'],
  UnsafeNumber: ['error', 'a number that cannot be kept exactly'],
  UnknownApiVersion: ['error', 'the apiVersion is not one this version reads'],
  UnknownKind: ['error', 'the kind is not one this version reads'],
  UnknownField: ['error', 'a field that does not exist'],
  MissingField: ['error', 'a required field is missing'],
  WrongValue: ['error', 'a value of the wrong type or outside its bounds'],
  DuplicateName: ['error', 'two documents, or two entries of one document, have the same name'],
  UnknownParameter: ['error', 'a parameter that the catalogue and the policy do not define'],
  WrongRule: ['error', 'a rule that does not fit the type of its parameter'],
  WrongLiteral: ['error', 'a literal that is not of its parameter’s type'],
  WrongLogic: ['error', 'JSON Logic that is not allowed, or cannot be evaluated'],
  WrongRelation: ['error', 'a relation that is not a comparison of two linear terms'],
  WrongSchedule: ['error', 'a schedule, a time zone or a duration that is not one'],
  WrongPath: ['error', 'an RFC 9535 path that is not one, or that is refused'],
  WrongScope: ['error', 'an exception outside the place where it may live'],
  WrongCase: ['error', 'a case that cannot be run'],
  MatchesNothing: ['warning', 'a policy, a guard or an exception that can never apply'],
  Contradiction: ['warning', 'two policies that leave no value between them'],
  WiderThanCluster: ['info', 'a namespaced policy that seems to loosen a cluster policy, which it cannot'],
  Shadowed: ['warning', 'a guard that another one of the same policy makes superfluous'],
  ClientAssertedActor: ['warning', 'a policy that rests on a name that clients choose themselves'],
  NoMovement: ['warning', 'a bound that rounds to no movement at all, or bounds nothing'],
  NoWayBack: ['warning', 'a bound under which a value never returns to where it was'],
  ExpiredException: ['warning', 'an exception that has expired'],
  MissingPolicy: ['warning', 'an exception that names a policy that does not exist'],
  OverlappingExceptions: ['warning', 'two exceptions that replace the same rule'],
} as const satisfies Record<string, readonly [Severity, string]>;

export type Severity = 'error' | 'warning' | 'info';
export type ProblemCode = keyof typeof problemCodes;

/** Keys and indexes from the document's root. */
export type Path = readonly (string | number)[];

/** Lines and columns count from 1; 1:1 where the document has no text. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface Problem extends Position {
  readonly file: string;
  readonly severity: Severity;
  readonly code: ProblemCode;
  /** The subject in a few words: `spec.guards[0].range`. */
  readonly what: string;
  readonly why: string;
  /** How to mend it, if that is known: `did you mean \`range\`?`. */
  readonly fix?: string;
  readonly path: Path;
  /** `GuardrailPolicy shop/checkout`, where the document is known to be one. */
  readonly document?: string;
}

/** A problem before it has a place: what a check returns. */
export interface Finding {
  readonly code: ProblemCode;
  readonly path: Path;
  readonly why: string;
  readonly fix?: string;
}

export function severityOf(code: ProblemCode): Severity {
  return problemCodes[code][0];
}

export function isError(problem: Problem): boolean {
  return problem.severity === 'error';
}

/** `policy.yaml:7:5: spec.guards[0].rnage: is not a field (fix: did you mean \`range\`?)`. */
export function formatProblem({ file, line, column, what, why, fix }: Problem): string {
  const end = fix === undefined ? '' : ` (fix: ${fix})`;
  return `${file}:${line}:${column}: ${what}: ${why}${end}`;
}

/** `spec.guards[0].range`; the root is `document`. */
export function formatPath(path: Path): string {
  let text = '';
  for (const key of path) {
    if (typeof key === 'number') text += `[${key}]`;
    else text += text === '' ? key : `.${key}`;
  }
  return text === '' ? 'document' : text;
}

/** By file, line, column, then code: a list that does not depend on the order of checks. */
export function compareProblems(a: Problem, b: Problem): number {
  const byFile = a.file < b.file ? -1 : a.file > b.file ? 1 : 0;
  return byFile || a.line - b.line || a.column - b.column || (a.code < b.code ? -1 : 1);
}

/** A guard of several parameters is compiled for each type: what it says of itself is still said once. */
export function distinctFindings(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Set<string>();
  return findings.filter(({ code, path, why }) => {
    const key = JSON.stringify([code, path, why]);
    const isFirst = !seen.has(key);
    seen.add(key);
    return isFirst;
  });
}
