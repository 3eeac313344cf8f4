import { describe, expect, it } from 'vitest';
import { formatProblem } from '../../../src/policy/problem.ts';
import { type Proof, provePolicies } from '../../../src/policy/prove.ts';
import { exception, loadText, noon, policy } from './sample.ts';

function prove(...texts: readonly string[]): readonly Proof[] {
  const loaded = loadText(texts.join('\n---\n'));
  expect(loaded.problems.map(formatProblem)).toEqual([]);
  return provePolicies(loaded, noon);
}

function proveOne(...texts: readonly string[]): Proof {
  const [proof, ...others] = prove(...texts);
  if (proof === undefined || others.length > 0) throw new Error(`${others.length + 1} proofs`);
  return proof;
}

const guard = (rules: string, parameter = 'hpa.maxReplicas') => ({
  guards: [`{parameter: "${parameter}", ${rules}}`],
});

describe('values', () => {
  it.each([
    ['range: {min: 2, max: 9}', 2n, 9n],
    ['range: {max: 9}', undefined, 9n],
    ['range: {max: {"+": [{var: parameters.hpa.minReplicas.requested}, 4]}, min: 1}', 1n, undefined],
    ['drift: {from: 10, max: 3}', 7n, 13n],
    ['drift: {from: 10, max: 50%}, range: {max: 12}', 5n, 12n],
    ['drift: {from: anchor, max: 3}, range: {max: 12}', undefined, 12n],
  ])('of %s', (rules, least, greatest) => {
    const { claims } =
      prove(policy(guard(rules))).find(({ parameter }) => parameter === 'hpa.maxReplicas') ?? {};
    expect([claims?.least, claims?.greatest]).toEqual([least, greatest]);
  });

  it('of a choice are those that all lists have', () => {
    const lists = ['choice: [a, b, c]', 'choice: [b, c, d]'];
    const texts = lists.map((rules, index) =>
      policy({
        name: `p${index}`,
        resources: '[{group: apps, kind: Deployment}]',
        ...guard(rules, 'pod.schedulerName'),
      }),
    );
    const proof = proveOne(...texts);
    expect(proof.allowed).toEqual(['b', 'c']);
    expect(proof.policies).toEqual(['p0', 'p1']);
  });

  it.each([
    ['choice: unchanged', ['`choice: unchanged` of p does not bound an object that is made anew']],
    ['ownership: {allow: [parametric]}', []],
  ])('never change under %s', (rules, provisos) => {
    const proof = proveOne(policy(guard(rules)));
    expect(proof.claims.windows.map(({ changes }) => changes)).toEqual([0n]);
    expect(proof.provisos).toEqual(provisos);
  });
});

it.each([[[3, 5]], [[5, 3]]])('of the deadbands %s the widest says how small a move may be', (bands) => {
  const text = (band: number, index: number): string =>
    policy({ name: `p${index}`, ...guard(`rate: {change: 10, within: 1d}, deadband: ${band}`) });
  expect(proveOne(...bands.map(text)).claims.windows.map(({ changes }) => changes)).toEqual([2n]);
});

it('knows the parameters that a policy defines for a kind that nobody else knows', () => {
  const own =
    '{name: widget.size, path: $.spec.size, type: integer, capacity: more, integration: restrictive}';
  const text = policy({
    resources: '[{group: example.com, kind: Widget}]',
    spec: `parameters: [${own}]`,
    ...guard('range: {max: 9}', 'widget.size'),
  });
  expect(proveOne(text)).toMatchObject({ parameter: 'widget.size', claims: { greatest: 9n } });
});

it('of several steps the smallest bounds, to either side', () => {
  const { claims } = proveOne(
    policy({ name: 'a', ...guard('step: {increase: 5, decrease: 2}') }),
    policy({ name: 'b', ...guard('step: {increase: 3, decrease: 4}') }),
  );
  expect([claims.increase, claims.decrease]).toEqual([3n, 2n]);
});

describe('what moves least', () => {
  it.each([
    ['hpa.maxReplicas', 'rate: {change: 8, within: 1d}', 8n],
    ['hpa.maxReplicas', 'rate: {change: 8, within: 1d}, deadband: 3', 2n],
    ['hpa.maxReplicas', 'rate: {change: 8, within: 1d}, deadband: 50%, range: {min: 8}', 2n],
    ['hpa.maxReplicas', 'rate: {change: 8, within: 1d}, deadband: 50%', 8n],
    ['hpa.metrics.pods.averageValue', 'rate: {change: "8", within: 1d}', undefined],
    ['hpa.metrics.pods.averageValue', 'rate: {change: "8", within: 1d}, deadband: "2"', 4n],
    ['hpa.metrics.pods.averageValue', 'rate: {change: "8", within: 1d}, deadband: 10%', undefined],
    [
      'hpa.metrics.pods.averageValue',
      'rate: {change: "8", within: 1d}, deadband: 10%, range: {min: "10"}',
      8n,
    ],
    [
      'hpa.metrics.pods.averageValue',
      'rate: {change: "8", within: 1d}, deadband: 10%, range: {max: "-10"}',
      8n,
    ],
  ])('%s under %s', (parameter, rules, changes) => {
    const { claims } = proveOne(policy(guard(rules, parameter)));
    expect(claims.windows.map((one) => one.changes)).toEqual([changes]);
  });

  it('a share of a resource comes to one step of its grid at the least', () => {
    const resources = '[{group: "", kind: ResourceQuota}]';
    const rules = 'range: {min: "0", max: "1"}, step: {increase: 1%}';
    const cpu = proveOne(policy({ resources, ...guard(rules, 'quota.hard[requests.cpu]') }));
    expect(cpu.parameter).toBe('quota.hard[requests.cpu]');
    expect(cpu.claims.increase).toBe(9_900_990n);
    const pods = proveOne(policy({ resources, ...guard(rules, 'quota.hard[pods]') }));
    expect(pods.claims.increase).toBe(1_000_000_000n);
    const drift = 'drift: {from: 10m, max: 1%}';
    const { claims } = proveOne(policy({ resources, ...guard(drift, 'quota.hard[requests.cpu]') }));
    expect([claims.least, claims.greatest]).toEqual([9_000_000n, 11_000_000n]);
  });
});

describe('who and where', () => {
  it('is said', () => {
    const match = [
      'names: [web, "api-*"]',
      'namespaces: [shop]',
      'namespaceSelector: {matchExpressions: [{key: tier, operator: In, values: [gold, silver]}]}',
      'labels: {matchLabels: {a: b}, matchExpressions: [{key: c, operator: Exists}]}',
      'actors: {include: [{group: rl, fieldManager: tuner}], exclude: [{user: alice}]}',
      'operations: [UPDATE]',
      'when: {"==": [{var: parameters.hpa.minReplicas.current}, 2]}',
    ].join(', ');
    const resources = '[{group: autoscaling, kind: HorizontalPodAutoscaler, subresources: ["", status]}]';
    expect(proveOne(policy({ match, resources })).conditions).toEqual([
      'in namespace shop',
      'in namespaces with labels tier In (gold, silver)',
      'named api-* or web',
      'with labels a=b, c Exists',
      'asked by group rl and field manager tuner, which clients choose',
      'not asked by user alice',
      'through /status or the object itself',
      'on UPDATE',
      'where `when` of p is true: {"==":[{"var":"parameters.hpa.minReplicas.current"},2]}',
    ]);
  });

  it('binds a policy together with those that are about more', () => {
    const proofs = prove(
      policy({ name: 'all', ...guard('range: {max: 30}, step: {increase: 2}') }),
      policy({ name: 'tight', namespace: 'shop', ...guard('range: {min: 1, max: 9}') }),
      policy({ name: 'other', match: 'names: [web]', ...guard('range: {min: 4}') }),
    );
    expect(
      proofs.map(({ conditions, policies, claims }) => [conditions, policies, claims.least, claims.greatest]),
    ).toEqual([
      [['in namespace shop'], ['all', 'shop/tight'], 1n, 9n],
      [['named web'], ['all', 'other'], 4n, 30n],
      [[], ['all'], undefined, 30n],
    ]);
  });

  it('a pattern is each of its parameters that the kind has; one instance is bounded by all', () => {
    const proofs = prove(
      policy({
        name: 'all',
        resources: '[{group: apps, kind: Deployment}]',
        ...guard('rate: {changes: 2, within: 1d}', 'containers.*'),
      }),
      policy({
        name: 'web',
        resources: '[{group: apps, kind: Deployment}]',
        ...guard('step: {increase: 100m}', 'containers[web].requests.cpu'),
      }),
    );
    const policies = new Map(proofs.map((proof) => [proof.parameter, proof.policies]));
    expect(policies.get('containers[web].requests.cpu')).toEqual(['all', 'web']);
    expect(policies.get('containers.requests.cpu')).toEqual(['all']);
    expect(policies.get('containers.image')).toEqual(['all']);
    expect(policies.has('hpa.maxReplicas')).toBe(false);
  });

  it('counts the movements of each actor for all where there is one', () => {
    const rules = guard('rate: {changes: 2, within: 1d, by: actor}');
    const [one, many] = ['serviceAccount: rl/tuner', 'group: rl'].map((actor) =>
      proveOne(policy({ match: `actors: {include: [{${actor}}]}`, ...rules })),
    );
    expect([one?.claims.windows.at(-1)?.changes, one?.provisos]).toEqual([2n, []]);
    expect(many?.claims.windows.at(-1)?.changes).toBeUndefined();
    expect(many?.provisos).toEqual(['`rate` of p counts each actor alone: it does not bound them together']);
  });
});

describe('what the claims leave open is said', () => {
  it.each<[string, string[], string[]]>([
    [
      'a mode that does not enforce',
      [policy({ spec: 'mode: Warn' })],
      ['p is in mode Warn: it bounds nothing'],
    ],
    [
      'a computed bound',
      [policy(guard('range: {max: {"*": [2, 4]}}'))],
      ['`range.max` of p is computed: a value outside it goes back at once, however far'],
    ],
    [
      'a policy that may be ignored',
      [policy({ spec: 'failurePolicy: Ignore' })],
      ['p bounds nothing where it cannot be evaluated (`failurePolicy: Ignore`)'],
    ],
    [
      'a freeze',
      [policy(guard('freeze: {schedule: "0 18 * * 5", for: 62h}'))],
      ['`freeze` of p can only hold it longer'],
    ],
    [
      'an exception',
      [policy({ namespace: 'shop' }), exception()],
      ['exception shop/e replaces bounds until 2026-02-01T00:00:00.000Z'],
    ],
    [
      'but not one that has expired, or is about something else',
      [
        policy({ namespace: 'shop' }),
        exception({ expires: '2026-01-01T00:00:00Z' }),
        exception({ name: 'f', guards: '[{parameter: hpa.minReplicas, range: {max: 20}}]' }),
      ],
      [],
    ],
  ])('%s', (_, texts, provisos) => {
    const proof = proveOne(...texts);
    expect(proof.provisos).toEqual(provisos);
  });

  it('and what does not enforce claims nothing', () => {
    const { claims, policies } = proveOne(policy({ spec: 'mode: Audit' }));
    expect([claims.greatest, policies]).toEqual([undefined, []]);
  });
});
