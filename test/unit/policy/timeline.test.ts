/** Cases of several requests: what is granted is stored, and becomes history. */
import { describe, expect, it } from 'vitest';
import { attempt } from '../../../src/policy/cases/wrong.ts';
import { type CaseResult, runCases } from '../../../src/policy/cases.ts';
import { readDocuments } from '../../../src/policy/document.ts';
import { formatProblem } from '../../../src/policy/problem.ts';
import type { CasesFile } from '../../../src/policy/schema.ts';
import { validateForm } from '../../../src/policy/validate.ts';
import { loadText, policy } from './sample.ts';

const guarded = (...rules: readonly string[]): string =>
  policy({ namespace: 'shop', guards: rules.map((rule) => `{parameter: hpa.maxReplicas, ${rule}}`) });

function runOne(text: string, policies: string): CaseResult | undefined {
  const { documents } = readDocuments({ file: 'cases.yaml', text: `cases:\n  - name: n\n${text}` });
  const [document] = documents;
  if (document === undefined) throw new Error('no document');
  const { value, findings } = validateForm('cases', document.value);
  expect(findings).toEqual([]);
  const [spec] = (value as CasesFile).cases;
  const { set, policies: compiled, problems } = loadText(policies);
  if (set === undefined || spec === undefined) throw new Error(problems.map(formatProblem).join('\n'));
  return runCases([{ spec, document, path: ['cases', 0] }], { set, policies: compiled })[0];
}

/** Steps are lines; each other field, too. */
function run(lines: readonly string[], policies: string): string {
  const result = runOne(lines.map((line) => `    ${line}\n`).join(''), policies);
  if (result?.status === 'error') return formatProblem(result.problem).replace('cases.yaml:', '');
  const differences = result?.differences.map(
    ({ what, expected, actual }) => `${what}: ${expected} | ${actual}`,
  );
  return [result?.status, ...(differences ?? [])].join('; ');
}

const ask = (at: string, value: number | string, expected: string, more = ''): string =>
  `  - {at: ${at}, propose: {hpa.maxReplicas: ${value}}${more}, expect: {${expected}}}`;
const ten = 'given: {hpa.maxReplicas: 10}';
const granted = (value: number): string => `verdict: clamp, granted: {hpa.maxReplicas: ${value}}`;

describe('a timeline', () => {
  it('damps flapping, and says when it ends', () => {
    const rules = guarded('cooldown: {decrease: 5m}, reversal: {max: 2, within: 15m}');
    const lines = [
      ten,
      'timeline:',
      ask('0s', 12, 'verdict: admit'),
      ask('6m', 10, 'verdict: admit'),
      ask('7m', 12, 'verdict: admit'),
      ask('13m', 10, `${granted(12)}, determining: [{rule: reversal}], opensAt: 21m`),
      ask('20m59s999ms', 10, granted(12)),
      ask('21m', 10, 'verdict: admit'),
    ];
    expect(run(lines, rules)).toBe('passed');
  });

  it('counts what lands, and nothing else', () => {
    const lines = [
      ten,
      'timeline:',
      ask('0s', 14, 'verdict: admit', ', dryRun: true'),
      ask('0s', 14, 'verdict: admit', ', lands: false'),
      ask('0s', 14, 'verdict: admit'),
      ask('1m', 16, `${granted(15)}, opensAt: 10m`),
      ask('1m', 14, `${granted(15)}, opensAt: 10m`),
    ];
    expect(run(lines, guarded('rate: {change: 5, within: 10m}'))).toBe('passed');
  });

  it('remembers what was proposed, landed or not, but not of dry runs', () => {
    const lines = [
      ten,
      'timeline:',
      ask('0s', 14, granted(10), ', dryRun: true'),
      ask('1m', 14, `${granted(10)}, opensAt: never`),
      '  - {at: 2m, propose: {hpa.maxReplicas: 15}}',
      ask('3m', 14, 'verdict: admit'),
    ];
    expect(run(lines, guarded('persistence: {requests: 3}'))).toBe('passed');
  });

  it('throttles without a clamp, and names the time', () => {
    const lines = [
      ten,
      'timeline:',
      ask('0s', 12, 'verdict: admit'),
      ask('1s', 13, 'verdict: throttle, opensAt: 30s'),
    ];
    expect(run(lines, guarded('cooldown: {increase: 30s}, onViolation: Throttle'))).toBe('passed');
  });

  it('goes on where an object is deleted and made anew', () => {
    const lines = [
      ten,
      'timeline:',
      '  - {at: 0s, operation: DELETE, expect: {verdict: admit}}',
      ask('1s', 50, granted(12)),
      ask('2s', 50, granted(12)),
    ];
    expect(run(lines, guarded('step: {increase: 2}, cooldown: {increase: 1m}'))).toBe('passed');
  });

  it('a new object begins without a movement', () => {
    const lines = [
      'timeline:',
      ask('0s', 50, 'verdict: admit'),
      ask('1s', 51, 'verdict: admit'),
      ask('2s', 52, `${granted(51)}, opensAt: 10m1s`),
    ];
    expect(run(lines, guarded('rate: {changes: 1, within: 10m}'))).toBe('passed');
  });

  it('knows who moved what', () => {
    const lines = [
      ten,
      'timeline:',
      ask('0s', 12, 'verdict: admit', ', by: rl'),
      ask('1s', 14, 'verdict: admit', ', by: alice'),
      ask('2s', 15, granted(14), ', by: rl'),
    ];
    expect(run(lines, guarded('rate: {changes: 1, within: 10m, by: actor}'))).toBe('passed');
  });

  it('tells of which step a difference is', () => {
    const lines = [
      ten,
      'timeline:',
      ask('0s', 12, 'verdict: admit'),
      ask('1s', 13, 'verdict: admit, opensAt: 31s'),
    ];
    expect(run(lines, guarded('cooldown: {increase: 30s}'))).toBe(
      'failed; timeline[1].verdict: admit | clamp; timeline[1].opensAt: 31s | 30s',
    );
  });

  it('explains every step, and names all policies that matched', () => {
    const result = runOne(
      [ten, 'timeline:', ask('0s', 12, 'verdict: admit'), ask('1s', 13, granted(12))]
        .map((line) => `    ${line}\n`)
        .join(''),
      guarded('cooldown: {increase: 30s}'),
    );
    expect(result).toMatchObject({
      status: 'passed',
      policies: ['shop/p'],
      explanation: [
        'HorizontalPodAutoscaler shop/example: admit, asked by somebody',
        'hpa.maxReplicas: 10 now, 12 asked, admitted',
        'HorizontalPodAutoscaler shop/example: clamp, asked by somebody',
        'hpa.maxReplicas: 12 now, 13 asked, 12 granted (clamp): cooldown of shop/p: rests 30s before an increase, moved 1s ago',
        'time lifts this at 2026-01-07T12:00:30.000Z',
      ],
    });
  });
});

describe('what happened before', () => {
  const rule = guarded('rate: {change: 5, within: 10m}');
  it.each([
    ['a movement', '{ago: 5m, parameter: hpa.maxReplicas, from: 6, to: 10}', `${granted(11)}, opensAt: 5m`],
    ['a movement of another', '{ago: 5m, parameter: hpa.minReplicas, from: 6, to: 10}', granted(15)],
    ['a value that came', '{ago: 5m, parameter: hpa.maxReplicas, to: 10, by: rl}', granted(15)],
    ['a movement that has left', '{ago: 10m, parameter: hpa.maxReplicas, from: 6, to: 10}', granted(15)],
  ])('%s', (_, past, expected) => {
    const one = `propose: {hpa.maxReplicas: 15}`;
    const line = expected === granted(15) ? 'verdict: admit' : expected;
    expect(run([ten, `history: [${past}]`, one, `expect: {${line}}`], rule)).toBe('passed');
  });

  it('proposals, too', () => {
    const proposed = (ago: string): string => `{ago: ${ago}, parameter: hpa.maxReplicas, proposed: 12}`;
    const lines = [
      ten,
      `history: [${proposed('2m')}, ${proposed('1m')}]`,
      'propose: {hpa.maxReplicas: 15}',
      `expect: {${granted(12)}}`,
    ];
    expect(run(lines, guarded('persistence: {requests: 3}'))).toBe('passed');
  });

  it('of a name that is made anew', () => {
    const lines = [
      'history: [{ago: 1h, parameter: hpa.maxReplicas, from: 9, to: 10}]',
      'propose: {hpa.maxReplicas: 15}',
      `expect: {${granted(12)}}`,
    ];
    expect(run(lines, guarded('step: {increase: 2}'))).toBe('passed');
  });
});

describe('a case that is wrong', () => {
  const step = ask('1m', 12, 'verdict: admit');
  it.each([
    [
      ['given: {hpa.maxReplicas: 10}', 'propose: {hpa.maxReplicas: 12}'],
      '2:5: cases[0]: `expect` is missing',
    ],
    [
      ['expect: {verdict: admit}', 'timeline:', step],
      '3:13: cases[0].expect: belongs into each step of `timeline`',
    ],
    [
      ['propose: {hpa.maxReplicas: 1}', 'timeline:', step],
      '3:14: cases[0].propose: belongs into each step of `timeline`',
    ],
    [
      ['operation: DELETE', 'timeline:', step],
      '3:16: cases[0].operation: belongs into each step of `timeline`',
    ],
    [
      [ten, 'timeline:', step, ask('59s', 12, 'verdict: admit')],
      '6:14: cases[0].timeline[1].at: is before the step above',
    ],
    [
      [ten, 'timeline:', ask('soon', 12, 'verdict: admit')],
      '5:14: cases[0].timeline[0].at: `soon` is not a duration (write it as `90s`, `10m` or `1h30m`)',
    ],
    [[ten, 'timeline:', '  - {at: 0s}'], '5:9: cases[0].timeline[0]: `propose` is missing'],
    [
      [ten, 'timeline:', ask('0s', 'x', 'verdict: admit')],
      '5:45: cases[0].timeline[0].propose.hpa.maxReplicas: `x` is no value of `hpa.maxReplicas`, which is an integer, such as 4',
    ],
    [
      ['given: {hpa.maxReplicas: x}', 'timeline:', step],
      '3:30: cases[0].given.hpa.maxReplicas: `x` is no value of `hpa.maxReplicas`, which is an integer, such as 4',
    ],
    [
      [ten, 'timeline:', ask('0s', 12, 'verdict: admit, opensAt: soon')],
      '5:84: cases[0].timeline[0].expect.opensAt: `soon` is not a duration (write it as `90s`, `10m` or `1h30m`)',
    ],
    [
      [ten, 'timeline:', ask('0s', 12, 'verdict: admit, determining: [{rule: stepp}]')],
      '5:96: cases[0].timeline[0].expect.determining[0].rule: there is no rule `stepp` (fix: did you mean `step`?)',
    ],
    [
      [ten, 'history: [{ago: x, parameter: hpa.maxReplicas, to: 1}]', 'timeline:', step],
      '4:21: cases[0].history[0].ago: `x` is not a duration (write it as `90s`, `10m` or `1h30m`)',
    ],
    [
      [ten, 'history: [{ago: 1m, parameter: hpa.max, to: 1}]', 'timeline:', step],
      '4:36: cases[0].history[0].parameter: `hpa.max` is not a parameter',
    ],
    [
      [ten, 'history: [{ago: 1m, parameter: hpa.maxReplicas, to: x}]', 'timeline:', step],
      '4:57: cases[0].history[0].to: `x` is no value of `hpa.maxReplicas`, which is an integer, such as 4',
    ],
  ])('%j', (lines, expected) => {
    expect(run(lines, guarded('step: {increase: 2}'))).toBe(expected);
  });

  it('what could not be matched counts as what could not be evaluated', () => {
    const error = {
      policy: 'p',
      position: 'match',
      parameter: '',
      failurePolicy: 'Fail',
      message: 'm',
    } as const;
    const set = { hash: '', size: 1, select: () => ({ guards: [], parameters: [], errors: [error] }) };
    const { documents } = readDocuments({ file: 'cases.yaml', text: 'a: b' });
    const spec = { name: 'n', propose: { 'hpa.maxReplicas': 1 }, expect: { verdict: 'deny' } } as const;
    const [result] = runCases(
      documents.map((document) => ({ spec, document, path: [] })),
      { set, policies: [] },
    );
    expect(result?.status).toBe('passed');
  });

  it('a bug is none', () => {
    expect(() => attempt(() => [].at(0)?.['x'] ?? BigInt('x'))).toThrow(SyntaxError);
  });
});
