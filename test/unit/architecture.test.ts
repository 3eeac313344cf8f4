/** The rules of docs/architecture.md as failing tests, each shown to fail on a small example. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  hasCode,
  type Import,
  importsOf,
  impuritiesOf,
  linesOf,
  longFunctionsOf,
  type SourceFile,
} from './source-code.ts';

const root = join(import.meta.dirname, '..', '..');
const mostFileLines = 250;
const mostFunctionLines = 70;

const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => `src/${name.split(sep).join('/')}`)
  .sort()
  .map((path): SourceFile => ({ path, text: readFileSync(join(root, path), 'utf8') }));
const imports = sources.flatMap(importsOf);
const core = sources.filter(({ path }) => path.startsWith('src/core/'));

function importsIn(...files: readonly (readonly [string, string])[]): Import[] {
  return files.flatMap(([path, text]) => importsOf({ path, text }));
}

/** Inner to outer; a file imports of its own layer and of those before it. */
const layers = ['core', 'catalogue', 'policy', 'adapter', 'request', 'serve', 'cli', 'main'] as const;
type Layer = (typeof layers)[number];

/** Any other folder is an adapter; any other file beside `serve.ts` takes part in the one line of a request. */
function layerOf(path: string): Layer {
  const [, name = '', isFolder] = path.split('/');
  const own = layers.find((layer) => name === (isFolder === undefined ? `${layer}.ts` : layer));
  return own ?? (isFolder === undefined ? 'request' : 'adapter');
}

/** The one thing that adapters share: the shape of a request, as a type. */
const sharedType = 'src/webhook/review.ts';

function isAllowed({ from, to, isTypeOnly }: Import): boolean {
  if (!to.startsWith('src/')) return true;
  const [inner, outer] = [layerOf(to), layerOf(from)];
  if (inner !== 'adapter' || outer !== 'adapter') return layers.indexOf(inner) <= layers.indexOf(outer);
  return to.split('/')[1] === from.split('/')[1] || (isTypeOnly && to === sharedType);
}

describe('dependencies point one way', () => {
  it('in every source file', () => {
    expect(imports.length).toBeGreaterThan(100);
    expect(imports.filter((one) => !isAllowed(one)).map(show)).toEqual([]);
  });

  it.each([
    ['the core imports policies', 'src/core/a.ts', "import { a } from '../policy/b.ts';"],
    ['for a type, too', 'src/core/a.ts', "import type { A } from '../policy/b.ts';"],
    ['in a type', 'src/core/a.ts', "export type A = import('../policy/b.ts').B;"],
    ['by re-export', 'src/core/rules/a.ts', "export * from '../../catalogue/b.ts';"],
    ['lazily', 'src/catalogue/a.ts', "const b = await import('../policy/b.ts');"],
    ['an adapter imports another', 'src/audit/a.ts', "import { b } from '../webhook/b.ts';"],
    ['of which it shares a type only', 'src/audit/a.ts', "import { b } from '../webhook/review.ts';"],
    ['an adapter imports its consumer', 'src/webhook/a.ts', "import type { A } from '../admit.ts';"],
    ['the request imports the composition', 'src/admit.ts', "import { b } from './serve.ts';"],
    ['the composition imports the command line', 'src/serve.ts', "import { b } from './cli/b.ts';"],
    ['anything imports main', 'src/cli/a.ts', "import { b } from '../main.ts';"],
  ])('fails where %s', (_, path, text) => {
    expect(importsIn([path, text]).map(isAllowed)).toEqual([false]);
  });

  it.each([
    ['src/policy/a.ts', "import { a } from '../core/b.ts';"],
    ['src/policy/lint/a.ts', "import { a } from '../c.ts';"],
    ['src/audit/a.ts', "import { type A } from '../webhook/review.ts';"],
    ['src/admit.ts', "import { a } from './webhook/b.ts';"],
    ['src/main.ts', "import { a } from './cli/b.ts';"],
    ['src/policy/a.ts', "import ajv from 'ajv';"],
  ])('and not in %s: %s', (path, text) => {
    expect(importsIn([path, text]).map(isAllowed)).toEqual([true]);
  });
});

describe('there are no import cycles', () => {
  it('in the source', () => {
    expect(cyclesIn(imports)).toEqual([]);
  });

  it.each([
    [
      'two files',
      [
        ['src/a.ts', "import './b.ts';"],
        ['src/b.ts', "import type { A } from './a.ts';"],
      ],
      ['src/a.ts', 'src/b.ts'],
    ],
    ['one', [['src/a.ts', "export { a } from './a.ts';"]], ['src/a.ts']],
    [
      'three',
      [
        ['src/a.ts', "import './b.ts';"],
        ['src/b.ts', "import './x/c.ts';"],
        ['src/x/c.ts', "import '../a.ts';"],
      ],
      ['src/a.ts', 'src/b.ts', 'src/x/c.ts'],
    ],
    [
      'none',
      [
        ['src/a.ts', "import './b.ts';"],
        ['src/b.ts', "import './c.ts';"],
      ],
      [],
    ],
  ] as [string, [string, string][], string[]][])('fails on a cycle of %s', (_, files, expected) => {
    expect(cyclesIn(importsIn(...files))).toEqual(expected);
  });
});

describe('the core is pure', () => {
  it('imports itself alone', () => {
    const outside = core.flatMap(importsOf).filter(({ to }) => !to.startsWith('src/core/'));
    expect(outside.map(show)).toEqual([]);
  });

  it.each(["import { readFileSync } from 'node:fs';", "import ajv from 'ajv';", 'const a = import(name);'])(
    'which fails on %s',
    (text) => {
      expect(importsIn(['src/core/a.ts', text]).some(({ to }) => !to.startsWith('src/core/'))).toBe(true);
    },
  );

  it('has no waiting, clock, chance or process', () => {
    expect(core.flatMap((file) => impuritiesOf(file).map((what) => `${file.path}: ${what}`))).toEqual([]);
  });

  it.each([
    ['async function a() {}', 'async'],
    ['const a = async () => 1;', 'async'],
    ['class A { async a() {} }', 'async'],
    ['await a;', 'await'],
    ['export {}; for await (const b of c) d();', 'await'],
    ['Date.now();', 'Date.now'],
    ['const clock = Date.now;', 'Date.now'],
    ['new Date();', 'new Date()'],
    ['Date();', 'Date()'],
    ['Math.random();', 'Math.random'],
    ["process.env['A'];", 'process'],
    ['const { env } = process;', 'process'],
    ['globalThis.Date.now();', 'globalThis'],
    ['const a = { [process.pid]: 1 };', 'process'],
  ])('which fails on %s', (text, what) => {
    expect(impuritiesOf({ path: 'src/core/a.ts', text })).toContain(what);
  });

  it.each([
    'new Date(0);',
    'it.process;',
    'const a = { process: 1 };',
    'type A = { async: true };',
    '// await',
  ])('and not on %s', (text) => {
    expect(impuritiesOf({ path: 'src/core/a.ts', text })).toEqual([]);
  });
});

describe('files and functions are short', () => {
  it('in the source', () => {
    const long = sources.filter(({ text }) => linesOf(text) > mostFileLines).map(({ path }) => path);
    expect(long).toEqual([]);
    expect(sources.flatMap((file) => longFunctionsOf(file, mostFunctionLines))).toEqual([]);
  });

  it('fails on a long one', () => {
    const text = `const a = 1;\nfunction long() {\n${'a;\n'.repeat(3)}}\nconst b = () => 1;\n`;
    expect(linesOf(text)).toBe(7);
    expect(longFunctionsOf({ path: 'src/a.ts', text }, 4)).toEqual(['src/a.ts:2: 5 lines']);
    expect(longFunctionsOf({ path: 'src/a.ts', text }, 5)).toEqual([]);
  });
});

describe('every file of the core that has code has a test of the same name', () => {
  const tests = new Set(readdirSync(join(root, 'test/unit/core'), { recursive: true, encoding: 'utf8' }));

  it.each(core.filter(hasCode).map(({ path }) => path))('%s', (path) => {
    const folder = path.startsWith('src/core/rules/') ? `rules${sep}` : '';
    expect(tests).toContain(`${folder}${basename(path, '.ts')}.test.ts`);
  });

  it('and a rule is never types alone', () => {
    const rules = core.filter(({ path }) => path.startsWith('src/core/rules/'));
    expect(rules.length).toBeGreaterThan(0);
    expect(rules.filter((file) => !hasCode(file))).toEqual([]);
  });

  it.each([
    ["import type { A } from './a.ts';\nexport type B = A;\nexport interface C {}", false],
    ['type A = 1;', false],
    ['export const a = 1;', true],
    ["export * from './a.ts';", true],
    ['a();', true],
  ])('where %j has code: %s', (text, expected) => {
    expect(hasCode({ path: 'src/core/a.ts', text })).toBe(expected);
  });
});

function show({ from, to }: Import): string {
  return `${from} imports ${to}`;
}

/** The files on cycles: what remains when files that import no other remaining file, or that none imports, are taken away. */
function cyclesIn(all: readonly Import[]): string[] {
  let rest = all;
  for (;;) {
    const [importing, imported] = [new Set(rest.map(({ from }) => from)), new Set(rest.map(({ to }) => to))];
    const next = rest.filter(({ from, to }) => importing.has(to) && imported.has(from));
    if (next.length === rest.length) return [...importing].sort();
    rest = next;
  }
}
