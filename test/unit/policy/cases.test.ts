import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { toRequest } from '../../../src/policy/cases/request.ts';
import { readCases, runCases, runFolders } from '../../../src/policy/cases.ts';
import { formatProblem } from '../../../src/policy/problem.ts';
import { loadText, policy } from './sample.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'flyball-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeEach(() => rmSync(join(folder, 'policy.yaml'), { force: true }));

const hpa = policy({
  namespace: 'shop',
  guards: [
    '{parameter: hpa.maxReplicas, range: {min: 4, max: 40}, step: {increase: 50%}}',
    '{parameter: hpa.scaleTargetRef, choice: unchanged, onViolation: Deny}',
  ],
});
const raise = 'given: {hpa.maxReplicas: 10}, propose: {hpa.maxReplicas: 500}, by: rl';

/** The status of one case, and why it is not what was expected. */
function run(text: string, policies: string = hpa): string {
  const file = join(folder, 'cases.yaml');
  writeFileSync(file, `cases:\n  - {name: n, ${text}}\n`);
  const { cases, problems } = readCases(file);
  if (problems.length > 0)
    return problems.map((one) => formatProblem(one).replace(`${file}:`, '')).join('\n');
  const { set, policies: compiled, problems: faults } = loadText(policies);
  if (set === undefined) throw new Error(faults.map(formatProblem).join('\n'));
  const [result] = runCases(cases, { set, policies: compiled });
  if (result?.status === 'error') return formatProblem(result.problem).replace(`${file}:`, '');
  const differences = result?.differences.map(
    ({ what, expected, actual }) => `${what}: ${expected} | ${actual}`,
  );
  return [result?.status, ...(differences ?? [])].join('; ');
}

describe('a case', () => {
  it.each([
    [`${raise}, expect: {verdict: clamp}`, 'passed'],
    [`${raise}, expect: {verdict: clamp, granted: {hpa.maxReplicas: 15}}`, 'passed'],
    [
      `${raise}, expect: {verdict: clamp, determining: [{rule: step, reason: StepTooLarge, policy: shop/p, parameter: hpa.maxReplicas}, {rule: range}]}`,
      'passed',
    ],
    [`${raise}, expect: {verdict: deny}`, 'failed; verdict: deny | clamp'],
    [
      `${raise}, expect: {verdict: clamp, granted: {hpa.maxReplicas: 40}}`,
      'failed; granted.hpa.maxReplicas: 40 | 15',
    ],
    [
      `${raise}, expect: {verdict: admit, determining: [{rule: step, reason: AboveMaximum, policy: shop/p, parameter: hpa.maxReplicas}]}`,
      'failed; verdict: admit | clamp; determining[0]: step AboveMaximum of shop/p on hpa.maxReplicas | range AboveMaximum of shop/p on hpa.maxReplicas; step StepTooLarge of shop/p on hpa.maxReplicas',
    ],
    [
      'given: {hpa.maxReplicas: 10}, propose: {hpa.maxReplicas: 12}, by: rl, expect: {verdict: admit, determining: [{rule: step}]}',
      'failed; determining[0]: step | nothing',
    ],
    [
      'given: {hpa.maxReplicas: 10}, propose: {hpa.maxReplicas: 10}, by: rl, expect: {verdict: admit, granted: {hpa.maxReplicas: 10}}',
      'passed',
    ],
    [
      'propose: {hpa.maxReplicas: 500}, by: rl, expect: {verdict: clamp, granted: {hpa.maxReplicas: 40}}',
      'passed',
    ],
    [
      'given: {hpa.minReplicas: 3}, propose: {hpa.maxReplicas: 20}, by: rl, expect: {verdict: admit}',
      'passed',
    ],
    [
      'given: {hpa.maxReplicas: 10}, propose: {hpa.maxReplicas: (none)}, by: rl, expect: {verdict: clamp, granted: {hpa.maxReplicas: 10}}',
      'passed',
    ],
    [
      'given: {hpa.maxReplicas: 10}, propose: {hpa.maxReplicas: 3}, by: rl, expect: {verdict: clamp, granted: {hpa.maxReplicas: 4}}',
      'passed',
    ],
    [
      'given: {hpa.maxReplicas: 10}, propose: {hpa.scaleTargetRef: Deployment.apps/b}, by: rl, expect: {verdict: deny, granted: {hpa.scaleTargetRef: (none)}}',
      'passed',
    ],
    [
      'given: {hpa.maxReplicas: 10}, propose: {hpa.maxReplicas: 500}, by: rl, expect: {verdict: clamp, granted: {hpa.maxReplicas: x}}',
      'failed; granted.hpa.maxReplicas: x | 15',
    ],
    [
      'by: rl, operation: DELETE, target: {group: autoscaling, kind: HorizontalPodAutoscaler}, expect: {verdict: admit, granted: {hpa.exists: absent}}',
      'passed',
    ],
    [
      `${raise}, target: {group: autoscaling, kind: HorizontalPodAutoscaler, namespace: team, name: x, subresource: ""}, expect: {verdict: admit}`,
      'passed',
    ],
  ])('%s: %s', (text, expected) => {
    expect(run(text)).toBe(expected);
  });

  it('of the core group needs none', () => {
    expect(
      run(
        'by: rl, operation: DELETE, target: {kind: ResourceQuota}, expect: {verdict: admit, granted: {quota.exists: absent}}',
      ),
    ).toBe('passed');
  });

  it('may say that an object is made, which it is anyway', () => {
    const text = 'operation: CREATE, propose: {hpa.exists: present, hpa.maxReplicas: 500}, by: rl';
    expect(run(`${text}, expect: {verdict: clamp, granted: {hpa.maxReplicas: 40}}`)).toBe('passed');
  });

  it('keeps what the API server itself requires', () => {
    const text =
      'given: {hpa.minReplicas: 10, hpa.maxReplicas: 20}, propose: {hpa.minReplicas: 45, hpa.maxReplicas: 50}, by: rl, expect: {verdict: clamp, granted: {hpa.minReplicas: 30, hpa.maxReplicas: 30}}';
    expect(run(text)).toBe('passed');
  });

  it.each([
    ['labels', 'labels: {matchLabels: {app: x}}', 'labels: {app: x}', 'labels: {app: y}'],
    [
      'labels of the namespace',
      'namespaceSelector: {matchLabels: {t: x}}',
      'namespaceLabels: {t: x}',
      'namespaceLabels: {t: y}',
    ],
    ['groups', 'actors: {include: [{group: g}]}', 'groups: [g]', 'groups: [h]'],
    ['the field manager', 'actors: {include: [{fieldManager: g}]}', 'fieldManager: g', 'fieldManager: h'],
    [
      'other fields of the object',
      'when: {"==": [{var: object.spec.a}, x]}',
      'object: {spec: {a: x}}',
      'object: {spec: {a: y}}',
    ],
    ['annotations', 'when: {"==": [{annotation: a}, x]}', 'annotations: {a: x}', 'annotations: {a: y}'],
    [
      'the time',
      'when: {">=": [{var: now}, 1780000000000]}',
      'at: "2027-01-01T00:00:00Z"',
      'at: "2026-01-01T00:00:00Z"',
    ],
    ['the name', 'names: [example]', 'target: {name: example}', 'target: {name: other}'],
  ])('can give %s', (_, match, inside, outside) => {
    const text = policy({ match, guards: ['{parameter: hpa.maxReplicas, range: {max: 40}}'] });
    expect(run(`${raise}, ${inside}, expect: {verdict: clamp}`, text)).toBe('passed');
    expect(run(`${raise}, ${outside}, expect: {verdict: admit}`, text)).toBe('passed');
  });

  it('happens where the policies are, in the kind that they match', () => {
    const cpu = '{parameter: containers.requests.cpu, range: {max: 1}}';
    const stateful = policy({
      resources: '[{group: apps, kind: StatefulSet}]',
      match: 'namespaces: [a*, shop]',
      guards: [cpu],
    });
    const asked =
      'given: {"containers[web].requests.cpu": 100m}, propose: {"containers[web].requests.cpu": "3"}, by: rl';
    expect(
      run(`${asked}, expect: {verdict: clamp, granted: {"containers[web].requests.cpu": 1000m}}`, stateful),
    ).toBe('passed');
    const prefixed = policy({ match: 'namespaces: [default*]' });
    expect(run(`${raise}, expect: {verdict: clamp}`, prefixed)).toBe('passed');
    expect(run(`${asked}, expect: {verdict: admit}`, prefixed)).toBe('passed');
    expect(
      run(
        'given: {"containers[web].requests.cpu": x}, propose: {"containers[web].requests.cpu": "3"}, by: rl, expect: {verdict: admit}',
        stateful,
      ),
    ).toBe(
      '2:55: cases[0].given.containers[web].requests.cpu: `x` is no value of `containers.requests.cpu`, which is a quantity, such as 500m or 2Gi',
    );
  });

  it('of parameters that policies define happens in what those match', () => {
    const own = policy({
      resources: '[{group: x, kind: Zebra}]',
      guards: ['{parameter: zebra.stripes, range: {max: 9}}'],
      spec: 'parameters: [{name: zebra.stripes, path: $.a, type: integer}]',
    });
    expect(
      run('given: {zebra.stripes: 3}, propose: {zebra.stripes: 30}, by: rl, expect: {verdict: clamp}', own),
    ).toBe('passed');
    expect(run('by: rl, operation: DELETE, expect: {verdict: admit}', own)).toBe('passed');
  });

  it('fails where its policies cannot be matched', () => {
    const text = policy({ match: 'when: {"==": [{label: a}, b]}' });
    expect(run(`${raise}, expect: {verdict: admit}`, text)).toBe('failed; verdict: admit | deny');
  });
});

describe('a case that cannot be run is wrong, and does not fail', () => {
  const both =
    'given: {hpa.maxReplicas: 10, quota.hard: 3}, propose: {hpa.maxReplicas: 5}, by: rl, expect: {verdict: admit}';
  it.each([
    ['by: rl, expect: {verdict: admit}', '2:5: cases[0]: `propose` is missing'],
    [
      'given: {hpa.maxReplica: 1}, propose: {hpa.maxReplicas: 5}, by: rl, expect: {verdict: admit}',
      '2:39: cases[0].given.hpa.maxReplica: `hpa.maxReplica` is not a parameter (fix: did you mean `hpa.maxReplicas`?)',
    ],
    [
      'propose: {"hpa.*": 5}, by: rl, expect: {verdict: admit}',
      '2:34: cases[0].propose.hpa.*: `hpa.*` is a pattern: name one parameter',
    ],
    [
      'propose: {hpa.maxReplicas: x}, by: rl, expect: {verdict: admit}',
      '2:42: cases[0].propose.hpa.maxReplicas: `x` is no value of `hpa.maxReplicas`, which is an integer, such as 4',
    ],
    [
      'propose: {zebra: 5}, by: rl, expect: {verdict: admit}',
      '2:32: cases[0].propose.zebra: `zebra` is not a parameter',
    ],
    [both, '2:5: cases[0]: no kind has `hpa.maxReplicas` and `quota.hard` (fix: name it under `target`)'],
    [
      `${raise}, expect: {verdict: clamp, determining: [{rule: stepp}]}`,
      '2:132: cases[0].expect.determining[0].rule: there is no rule `stepp` (fix: did you mean `step`?)',
    ],
    [
      `${raise}, expect: {verdict: clamp, determining: [{rule: deadband}]}`,
      '2:132: cases[0].expect.determining[0].rule: no policy has a rule `deadband`',
    ],
    [
      `${raise}, expect: {verdict: clamp, determining: [{rule: relation}]}`,
      '2:132: cases[0].expect.determining[0].rule: no policy has a rule `relation`',
    ],
    [
      `${raise}, expect: {verdict: clamp, determining: [{rule: step, policy: shop/q}]}`,
      '2:146: cases[0].expect.determining[0].policy: there is no policy `shop/q` (fix: did you mean `shop/p`?)',
    ],
    [
      `${raise}, expect: {verdict: clamp, determining: [{rule: step, parameter: zebra}]}`,
      '2:149: cases[0].expect.determining[0].parameter: there is no parameter of the request `zebra`',
    ],
    [
      `${raise}, expect: {verdict: clamp, granted: {hpa.minReplicas: 3}}`,
      '2:138: cases[0].expect.granted.hpa.minReplicas: there is no parameter of the request `hpa.minReplicas` (fix: did you mean `hpa.maxReplicas`?)',
    ],
    [
      `${raise}, expect: {verdict: clamped}`,
      '2:104: cases[0].expect.verdict: must be one of `admit`, `clamp`, `throttle`, `deny` (fix: did you mean `clamp`?)',
    ],
    [
      `${raise}, objectives: {a: Burning}, expect: {verdict: clamp}`,
      '2:86: cases[0].objectives: is not a field here',
    ],
  ])('%s: %s', (text, expected) => {
    expect(run(text)).toBe(expected);
  });

  it('a bug is not hidden as a mistake', () => {
    const spec = {
      name: 'n',
      by: 'x',
      propose: { 'hpa.maxReplicas': 1 },
      expect: { verdict: 'admit' },
    } as const;
    const moment = { now: 0, readHistory: () => undefined, dryRun: false };
    expect(() => toRequest(spec, [undefined as never], moment)).toThrow(TypeError);
  });

  it('also where there is no policy at all', () => {
    expect(run('by: rl, operation: DELETE, expect: {verdict: admit}', '')).toMatch(
      /^passed|no kind has what the case names/,
    );
  });
});

describe('runFolders', () => {
  it('runs every folder with cases against its own policies', () => {
    const fixtures = new URL('./fixtures/', import.meta.url).pathname;
    const suites = runFolders(fixtures);
    expect(
      suites.map((suite) => [suite.folder.slice(fixtures.length), suite.problems.map(formatProblem)]),
    ).toEqual([
      ['hpa', []],
      ['quota', []],
    ]);
    const statuses = suites.flatMap(({ results }) => results.map(({ status, name }) => `${status}: ${name}`));
    expect(statuses.filter((line) => !line.startsWith('passed'))).toEqual([]);
    expect(statuses.length).toBeGreaterThanOrEqual(6);
    const [first] = suites[0]?.results ?? [];
    expect(first).toMatchObject({ line: 2, column: 5, policies: ['shop/checkout'] });
    expect(first?.status === 'passed' && first.explanation[0]).toBe(
      'HorizontalPodAutoscaler shop/example: clamp, asked by rl',
    );
  });

  it('has problems and no results where policies or cases are not valid', () => {
    writeFileSync(join(folder, 'cases.yaml'), 'cases:\n  - {by: rl}\n');
    writeFileSync(join(folder, 'policy.yaml'), 'a: b');
    const [suite] = runFolders(folder);
    expect(suite?.problems.map(({ code }) => code)).toEqual(['MissingField', 'MissingField']);
    expect(suite?.results).toEqual([]);
    writeFileSync(join(folder, 'policy.yaml'), hpa);
    expect(runFolders(folder)[0]?.problems.map(({ line, why }) => `${line} ${why}`)).toEqual([
      '2 `name` is missing',
    ]);
    writeFileSync(join(folder, 'cases.yaml'), 'cases: [');
    expect(runFolders(folder)[0]?.problems.map(({ code }) => code)).toEqual(['YamlSyntax']);
  });
});
