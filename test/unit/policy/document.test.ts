import { describe, expect, it } from 'vitest';
import { documentOf, largestFileBytes, readDocuments } from '../../../src/policy/document.ts';
import { formatProblem } from '../../../src/policy/problem.ts';

function read(text: string): string[] {
  const { documents, problems } = readDocuments({ file: 'f.yaml', text });
  return [
    ...documents.map(({ value }) => JSON.stringify(value)),
    ...problems.map((problem) => `${problem.code} ${formatProblem(problem)}`),
  ];
}

const bomb = [
  'a: &a [x,x,x,x,x,x,x,x,x]',
  'b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]',
  'c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]',
  'd: [*c,*c,*c,*c,*c]',
].join('\n');

describe('readDocuments', () => {
  it.each([
    ['one document', 'a: 1', ['{"a":1}']],
    ['several, empty ones left out', '---\n---\na: 1\n---\nb: 2\n', ['{"a":1}', '{"b":2}']],
    ['nothing', '', []],
    ['JSON, with tabs', '{\n\t"a": [1, 2]\n}', ['{"a":[1,2]}']],
    ['aliases', 'a: &x {b: 1}\nc: *x', ['{"a":{"b":1},"c":{"b":1}}']],
    ['times stay texts', 'a: 2026-11-30T00:00:00Z', ['{"a":"2026-11-30T00:00:00Z"}']],
    ['a key given twice', 'a: 1\na: 2', ['DuplicateKey f.yaml:2:1: document: the key is given twice']],
    ['also in JSON', '{"a":1,\n "a":2}', ['DuplicateKey f.yaml:2:2: document: the key is given twice']],
    ['a tab', 'a:\n\t- b', ['YamlSyntax f.yaml:2:1: document: tabs are not allowed as indentation']],
    ['an open quote', 'a: "x', ['YamlSyntax f.yaml:1:6: document: missing closing "quote']],
    [
      'an alias of nothing',
      'a: *b',
      ['YamlSyntax f.yaml:1:1: document: unresolved alias (the anchor must be set before the alias): b'],
    ],
    [
      'a key that is a list',
      '? [a]\n: b',
      ['YamlSyntax f.yaml:1:3: document: with stringKeys, all keys must be strings'],
    ],
    [
      '__proto__',
      'a:\n  __proto__: {x: 1}',
      ['ForbiddenKey f.yaml:2:3: a.__proto__: is not a key that a document may have'],
    ],
    [
      'a number beyond any',
      'x: 1e999',
      ['UnsafeNumber f.yaml:1:4: x: Infinity cannot be kept exactly (fix: write it in quotes)'],
    ],
    [
      'an integer beyond 2^53',
      'x: [1, 9007199254740993]',
      ['UnsafeNumber f.yaml:1:8: x[1]: 9007199254740992 cannot be kept exactly (fix: write it in quotes)'],
    ],
    [
      'not a number',
      'x: .nan',
      ['UnsafeNumber f.yaml:1:4: x: NaN cannot be kept exactly (fix: write it in quotes)'],
    ],
    ['fractions are exact enough', 'x: 0.5', ['{"x":0.5}']],
    [
      'a deep document',
      `${'['.repeat(100)}${']'.repeat(100)}`,
      ['TooDeep f.yaml:1:9: [0][0][0][0][0][0][0][0]: is nested deeper than 64 levels'],
    ],
    [
      'a document that leads back to itself, said once',
      'a: &a [*a, *a, {__proto__: 1}]',
      ['TooDeep f.yaml:1:8: a[0][0][0][0][0][0][0]: is nested deeper than 64 levels'],
    ],
    [
      'an alias bomb',
      bomb,
      ['TooDeep f.yaml:1:1: document: excessive alias count indicates a resource exhaustion attack'],
    ],
    [
      'more than a mebibyte',
      `# ${'x'.repeat(largestFileBytes)}`,
      ['UnreadableFile f.yaml:1:1: document: is larger than 1 MiB'],
    ],
  ])('%s', (_, text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it('a very deep document overflows no stack', () => {
    expect(read('['.repeat(200_000))).toEqual([
      expect.stringMatching(/^TooDeep f\.yaml:1:\d+: document: .*call stack/),
    ]);
  });
});

describe('locate', () => {
  const [document] = readDocuments({
    file: 'f',
    text: 'a: &x\n  - b: 1\n    c: 2\nd: *x\ne:\n? f\n',
  }).documents;

  it.each([
    ['a value', ['a', 0, 'c'], false, '3:8'],
    ['its key', ['a', 0, 'c'], true, '3:5'],
    ['through an alias', ['d', 0, 'c'], true, '3:5'],
    ['the root', [], false, '1:1'],
    ['an absent key is its nearest ancestor', ['a', 0, 'zz'], false, '2:5'],
    ['an absent item too', ['a', 7], false, '2:3'],
    ['below a scalar', ['a', 0, 'c', 'x'], false, '3:8'],
    ['an empty value', ['e'], false, '5:3'],
    ['a key with no value at all', ['f'], false, '6:3'],
  ])('%s', (_, path, isKey, expected) => {
    const { line, column } = document?.locate(path, isKey) ?? {};
    expect(`${line}:${column}`).toBe(expected);
  });
});

describe('documentOf', () => {
  it('takes an object from the cluster, which stands at 1:1', () => {
    const { documents, problems } = documentOf('GuardrailPolicy/shop/p', { a: null });
    expect(problems).toEqual([]);
    expect(documents[0]?.locate(['a'])).toEqual({ line: 1, column: 1 });
  });

  it('looks into it as into any text', () => {
    const { documents, problems } = documentOf('o', JSON.parse('{"__proto__": 1}'));
    expect(documents).toEqual([]);
    expect(problems.map(({ code, line }) => [code, line])).toEqual([['ForbiddenKey', 1]]);
  });
});
