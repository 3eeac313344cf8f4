import { expect, it } from 'vitest';
import type { Parameter, Value } from '../../../src/core/parameter.ts';
import type { Verdict } from '../../../src/core/verdict.ts';
import {
  applyPatch,
  isApplicable,
  type PatchOperation,
  resolvePointer,
  writePatch,
} from '../../../src/webhook/patch.ts';
import { asked } from '../core/sample.ts';

function verdict(parameter: Parameter, granted: Value | undefined): Verdict {
  const outcome = granted === parameter.requested ? 'admit' : 'clamp';
  const region = { kind: 'numeric', intervals: [] } as const;
  return {
    parameter,
    granted,
    outcome,
    region,
    limits: [],
    determining: [],
    advisory: [],
    conflict: [],
    yielded: [],
  };
}

const at = (path: string, change = '1 -> 9'): Parameter => asked(change, { name: path, path });

it.each<[string, readonly Verdict[], unknown, readonly PatchOperation[]]>([
  ['nothing for what is granted as requested', [verdict(at('/n'), 9n)], { n: 9 }, []],
  ['nothing for what is not granted', [verdict(at('/n'), undefined)], { n: 9 }, []],
  [
    'a test and a replacement',
    [verdict(at('/n'), 5n)],
    { n: 9 },
    [
      { op: 'test', path: '/n', value: 9 },
      { op: 'replace', path: '/n', value: 5 },
    ],
  ],
  [
    'an addition where the field is left out',
    [verdict(at('/n'), 5n)],
    {},
    [{ op: 'add', path: '/n', value: 5 }],
  ],
  [
    'a removal where absence is granted',
    [verdict(asked('(none) -> x', { type: 'choice', path: '/n', notation: 'text' }), '(none)')],
    { n: 'x' },
    [
      { op: 'test', path: '/n', value: 'x' },
      { op: 'remove', path: '/n' },
    ],
  ],
  [
    'once what two parameters grant alike',
    [verdict(at('/n'), 5n), verdict(asked('1 -> 9', { name: 'alias', path: '/n' }), 5n)],
    { n: 9 },
    [
      { op: 'test', path: '/n', value: 9 },
      { op: 'replace', path: '/n', value: 5 },
    ],
  ],
  [
    'a test of null, where null was sent',
    [verdict(at('/n'), 5n)],
    { n: null },
    [
      { op: 'test', path: '/n', value: null },
      { op: 'replace', path: '/n', value: 5 },
    ],
  ],
])('writes %s', (_name, verdicts, object, patch) => {
  expect(writePatch(verdicts, object)).toEqual(patch);
  expect(isApplicable(patch, object)).toBe(true);
});

const replace = (path: string, value: unknown = 1): PatchOperation => ({ op: 'replace', path, value });
const add = (path: string): PatchOperation => ({ op: 'add', path, value: 1 });

it.each<[string, readonly PatchOperation[], unknown]>([
  ['an addition without a parent', [add('/a/b')], {}],
  ['an addition to a list', [add('/a/0')], { a: [] }],
  ['an addition below a text', [add('/a/b')], { a: 'text' }],
  ['an addition below null', [add('/a/b')], { a: null }],
  ['a removal from a list', [{ op: 'remove', path: '/a/0' }], { a: [1] }],
  ['two values for one place', [replace('/a', 1), replace('/a', 2)], { a: 0 }],
  ['a value above another', [replace('/a'), replace('/a/b')], { a: { b: 0 } }],
  ['a value far below another', [replace('/a/b/c/d'), replace('/a')], { a: { b: { c: { d: 0 } } } }],
])('does not apply %s', (_name, patch, object) => {
  expect(isApplicable(patch, object)).toBe(false);
});

it('applies neighbours with similar names', () => {
  expect(
    isApplicable([replace('/a'), replace('/a-b'), replace('/ab/c')], { a: 0, 'a-b': 0, ab: { c: 0 } }),
  ).toBe(true);
});

it.each<[string, unknown]>([
  ['', { 'a/b': [{ 'm~n': 1 }], '': 2 }],
  ['/a~1b/0/m~0n', 1],
  ['/', 2],
  ['/constructor', undefined],
  ['/__proto__', undefined],
  ['/a~1b/1', undefined],
  ['/a~1b/0/m~0n/x', undefined],
])('resolves `%s`', (pointer, value) => {
  expect(resolvePointer({ 'a/b': [{ 'm~n': 1 }], '': 2 }, pointer)).toEqual(value);
});

it('applies to a copy, and shares what it does not write', () => {
  const object = JSON.parse('{"a":{"b":[{"c":1},{"d":2}]},"e":{},"__proto__":{"f":1}}') as { e: object };
  const patch = [
    replace('/a/b/0/c', 5),
    replace('/__proto__/f', 6),
    { op: 'remove', path: '/a/b/1/d' } as const,
  ];
  const applied = applyPatch(patch, object) as typeof object;
  expect(JSON.stringify(applied)).toBe('{"a":{"b":[{"c":5},{}]},"e":{},"__proto__":{"f":6}}');
  expect(JSON.stringify(object)).toBe('{"a":{"b":[{"c":1},{"d":2}]},"e":{},"__proto__":{"f":1}}');
  expect(applied.e).toBe(object.e);
});
