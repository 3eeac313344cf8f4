import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  compareProblems,
  distinctFindings,
  formatPath,
  formatProblem,
  isError,
  type Problem,
  problemCodes,
  severityOf,
} from '../../../src/policy/problem.ts';
import { suggest } from '../../../src/policy/suggest.ts';

const base: Problem = {
  file: 'p.yaml',
  line: 7,
  column: 5,
  severity: 'error',
  code: 'UnknownField',
  what: 'spec.x',
  why: 'is not a field here',
  path: ['spec', 'x'],
};

describe('formatProblem', () => {
  it('says where, what, why, and how to mend it if that is known', () => {
    expect(formatProblem(base)).toBe('p.yaml:7:5: spec.x: is not a field here');
    expect(formatProblem({ ...base, fix: 'did you mean `y`?' })).toBe(
      'p.yaml:7:5: spec.x: is not a field here (fix: did you mean `y`?)',
    );
  });
});

it.each([
  [[], 'document'],
  [['spec', 'guards', 0, 'range'], 'spec.guards[0].range'],
  [[0], '[0]'],
])('formatPath of %j', (path, text) => {
  expect(formatPath(path)).toBe(text);
});

it('problems are ordered by file, line, column, code', () => {
  const all: Problem[] = [
    { ...base, file: 'q.yaml' },
    { ...base, line: 9 },
    { ...base, column: 6 },
    base,
    { ...base, code: 'MissingField' },
  ];
  expect(all.sort(compareProblems).map((one) => `${one.file} ${one.line} ${one.column} ${one.code}`)).toEqual(
    [
      'p.yaml 7 5 MissingField',
      'p.yaml 7 5 UnknownField',
      'p.yaml 7 6 UnknownField',
      'p.yaml 9 5 UnknownField',
      'q.yaml 7 5 UnknownField',
    ],
  );
  expect(compareProblems({ ...base, file: 'q.yaml' }, base)).toBe(1);
});

it('a finding is said once', () => {
  const finding = { code: 'WrongValue', path: ['a'], why: 'b' } as const;
  expect(distinctFindings([finding, { ...finding }, { ...finding, why: 'c' }])).toHaveLength(2);
});

it('a name is suggested only where it is near', () => {
  expect(suggest('rnage', ['range', 'step'])).toBe('did you mean `range`?');
  expect(suggest('zebra', ['range', 'step'])).toBeUndefined();
});

it('only errors are errors', () => {
  expect(isError(base)).toBe(true);
  expect(isError({ ...base, severity: severityOf('Shadowed') })).toBe(false);
});

it('every code is used by some source file, and explained', () => {
  const root = new URL('../../../src/policy/', import.meta.url).pathname;
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' });
  const text = files
    .filter((file) => file.endsWith('.ts') && !file.endsWith('problem.ts'))
    .map((file) => readFileSync(join(root, file), 'utf8'))
    .join('\n');
  for (const [code, [, meaning]] of Object.entries(problemCodes)) {
    expect(text).toContain(`'${code}'`);
    expect(meaning).not.toBe('');
  }
});
