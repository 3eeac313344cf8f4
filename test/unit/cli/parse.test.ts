import { describe, expect, it } from 'vitest';
import { findDuplicateKey } from '../../../src/cli/review/duplicate-key.ts';
import { parseReviews } from '../../../src/cli/review/parse.ts';
import { splitJson } from '../../../src/cli/review/split.ts';

const parse = (text: string) => parseReviews({ file: 'f', text });

describe('parseReviews', () => {
  it.each([
    ['one JSON value', ' {"a":1}\n', [['f:1:2', { a: 1 }]]],
    [
      'JSON Lines',
      '{"a":1}\n{"a":2}\n',
      [
        ['f:1:1', { a: 1 }],
        ['f:2:1', { a: 2 }],
      ],
    ],
    [
      'JSON one after another, as jq prints it',
      '{\n "a": "}{"\n}\n{\n "a": 2\n}',
      [
        ['f:1:1', { a: '}{' }],
        ['f:4:1', { a: 2 }],
      ],
    ],
    [
      'a JSON list',
      '[{"a":1},{"a":2}]',
      [
        ['f:1:1 items[0]', { a: 1 }],
        ['f:1:1 items[1]', { a: 2 }],
      ],
    ],
    [
      'YAML documents',
      '# first\na: 1\n---\n---\na: 2\n',
      [
        ['f:2:1', { a: 1 }],
        ['f:5:1', { a: 2 }],
      ],
    ],
    [
      'a List',
      'kind: List\nitems: [{a: 1}, {a: 2}]',
      [
        ['f:1:1 items[0]', { a: 1 }],
        ['f:1:1 items[1]', { a: 2 }],
      ],
    ],
    ['a flow mapping of YAML', '{a: 1}', [['f:1:1', { a: 1 }]]],
    ['a byte order mark', '\ufeff{"a":1}', [['f:1:1', { a: 1 }]]],
  ])('reads %s', (_, text, expected) => {
    expect(parse(text)).toEqual(expected.map(([place, value]) => ({ place, value })));
  });

  it.each([
    ['nothing', ' \n', 'f', /holds no review/],
    ['only comments', '# none\n', 'f', /holds no review/],
    ['an empty list', '[]', 'f', /holds no review/],
    ['neither JSON nor YAML', 'a: [1\nb: 2', 'f:2:1', /is not YAML or JSON: flow sequence/i],
    ['a JSON line that is cut off', '{"a":1}\n{"a":', 'f:2:1', /is not JSON/],
    ['a key twice in JSON', '{"a":{"b":1,\n "\\u0062":2}}', 'f:2:2', /the key `b` is given twice/],
    ['a key twice in YAML', 'a: 1\nb: 2\na: 3', 'f:3:1', /given twice/],
    ['deep JSON', `${'['.repeat(50_000)}${']'.repeat(50_000)}`, 'f:1:1', /nests deeper than 100/],
    ['a YAML bomb', bomb(), 'f', /not readable YAML/],
  ])('refuses %s, and says where', (_, text, place, error) => {
    const refused = parse(text).find((item) => 'error' in item);
    expect(refused).toMatchObject({ place, error: expect.stringMatching(error) });
  });

  it('reads what follows a bad line', () => {
    const places = parse('{"a":1,"a":1}\n{"b":2}').map(({ place }) => place);
    expect(places).toEqual(['f:1:8', 'f:2:1']);
  });

  it('keeps `__proto__` an ordinary key, which reaches no prototype', () => {
    for (const text of ['{"__proto__":{"x":1}}', '__proto__: {x: 1}\n']) {
      const [item] = parse(text);
      const value = item !== undefined && 'value' in item ? (item.value as Record<string, unknown>) : {};
      expect(Object.keys(value)).toEqual(['__proto__']);
      expect(value['x']).toBeUndefined();
    }
  });
});

describe('splitJson', () => {
  it('is not misled by brackets and quotes in strings', () => {
    const text = '{"a":"\\"}]{["} [1]';
    expect(splitJson(text).map(({ start, end }) => text.slice(start, end))).toEqual([
      '{"a":"\\"}]{["}',
      '[1]',
    ]);
  });
});

describe('findDuplicateKey', () => {
  it('compares keys of one object alone, and never values', () => {
    expect(findDuplicateKey('{"a":{"a":"a"},"b":[{"a":1},{"a":"b"}],"c":["a","a"]}')).toBeUndefined();
    expect(findDuplicateKey('{"constructor":1,"b":[{"x":1,"x":2}]}')).toEqual({ key: 'x', offset: 29 });
  });
});

function bomb(): string {
  const rows = [...'abcdefgh'].map((name, index, names) =>
    index === 0
      ? 'a: &a [x,x,x,x,x,x,x,x,x]'
      : `${name}: &${name} [${Array(9)
          .fill(`*${names[index - 1]}`)
          .join()}]`,
  );
  return rows.join('\n');
}
