import { describe, expect, it } from 'vitest';
import { decideBy, exception, factsOf, faultsOf, noon, parameterOf, policy, setOf } from './sample.ts';

const bounded = policy({
  namespace: 'shop',
  guards: [
    '{parameters: [hpa.maxReplicas, hpa.minReplicas], range: {min: 4, max: 9}, step: {increase: 3, decrease: 1}}',
  ],
});

function granted(
  texts: readonly string[],
  of: { name?: string; requested?: bigint; now?: number } = {},
): string {
  const { name = 'hpa.maxReplicas', requested = 100n, now = noon } = of;
  const facts = factsOf([parameterOf({ name, current: 8n, requested })], { now });
  const { outcome, verdicts } = decideBy(setOf(...texts), facts);
  const causes = verdicts[0]?.determining.map(
    (limit) => `${limit.rule}${limit.exception ? ` by ${limit.exception}` : ''}`,
  );
  return `${outcome} ${verdicts[0]?.granted} (${causes?.join(', ')})`;
}

describe('an exception', () => {
  it.each([
    ['none', [bounded], {}, 'clamp 9 (range, step)'],
    [
      'replaces the side of a range that it names',
      [bounded, exception()],
      {},
      'clamp 11 (range by shop/e, step)',
    ],
    ['and keeps the other', [bounded, exception()], { requested: 1n }, 'clamp 7 (range by shop/e, step)'],
    [
      'of the parameter that it names',
      [bounded, exception()],
      { name: 'hpa.minReplicas' },
      'clamp 9 (range, step)',
    ],
    [
      'until it expires',
      [bounded, exception()],
      { now: Date.parse('2026-01-31T23:59:59.999Z') },
      'clamp 11 (range by shop/e, step)',
    ],
    [
      'and not a moment longer',
      [bounded, exception()],
      { now: Date.parse('2026-02-01T00:00:00Z') },
      'clamp 9 (range, step)',
    ],
    [
      'replaces a step by direction',
      [bounded, exception({ guards: '[{parameter: hpa.maxReplicas, step: {increase: 1}}]' })],
      {},
      'clamp 9 (range, step by shop/e)',
    ],
    [
      'which keeps the other direction',
      [bounded, exception({ guards: '[{parameter: hpa.maxReplicas, step: {increase: 50}}]' })],
      { requested: 5n },
      'clamp 7 (step by shop/e)',
    ],
    [
      'adds no rule that the policy has not',
      [bounded, exception({ guards: '[{parameter: hpa.maxReplicas, deadband: 50}]' })],
      { requested: 9n },
      'admit 9 ()',
    ],
    [
      'of another policy says nothing',
      [
        bounded,
        policy({ namespace: 'shop', name: 'q', guards: ['{parameter: hpa.maxReplicas, range: {max: 90}}'] }),
        exception({ scope: 'policies: [q]' }),
      ],
      {},
      'clamp 9 (range, step, range by shop/e)',
    ],
    [
      'of another namespace says nothing',
      [bounded, policy({ namespace: 'team' }), exception({ namespace: 'team' })],
      {},
      'clamp 9 (range, step)',
    ],
    [
      'of two for one rule the first by name is taken',
      [
        bounded,
        exception({ name: 'z', guards: '[{parameter: hpa.maxReplicas, range: {max: 10}}]' }),
        exception({ name: 'b', guards: '[{parameter: hpa.maxReplicas, range: {max: 7}}]' }),
      ],
      {},
      'clamp 7 (range by shop/b, step)',
    ],
    [
      'two for different rules both hold',
      [
        bounded,
        exception({ name: 'z' }),
        exception({ name: 'b', guards: '[{parameter: hpa.maxReplicas, step: {increase: 4}}]' }),
      ],
      {},
      'clamp 12 (range by shop/z, step by shop/b)',
    ],
  ])('%s', (_, texts, of, expected) => {
    expect(granted(texts, of)).toBe(expected);
  });

  it('under a pattern of the policy, of one parameter below it, and the other way round', () => {
    const freeze = (length: string): string => `freeze: {schedule: "0 11 * * *", for: ${length}}`;
    const wide = policy({ namespace: 'shop', guards: [`{parameter: "hpa.*", ${freeze('2h')}}`] });
    const narrow = exception({ guards: `[{parameter: hpa.maxReplicas, ${freeze('30m')}}]` });
    expect(granted([wide, narrow])).toBe('admit 100 ()');
    expect(granted([wide, narrow], { name: 'hpa.minReplicas' })).toBe('clamp 8 (freeze)');
    const one = policy({ namespace: 'shop', guards: [`{parameter: hpa.maxReplicas, ${freeze('2h')}}`] });
    const all = exception({ guards: `[{parameter: "hpa.*", ${freeze('30m')}}]` });
    expect(granted([one, all])).toBe('admit 100 ()');
  });

  it('of cluster policies holds in the namespaces that it names', () => {
    const platform = policy();
    const scope = 'clusterPolicies: [p], namespaces: [team-*, shop]';
    const own = exception({ namespace: 'flyball-system', scope });
    expect(granted([platform, own])).toBe('clamp 20 (range by flyball-system/e)');
    const elsewhere = exception({
      namespace: 'flyball-system',
      scope: 'clusterPolicies: [p], namespaces: [team-*]',
    });
    expect(granted([platform, elsewhere])).toBe('clamp 9 (range)');
  });

  it('that measures from an anchor guards the annotation as the policy would', () => {
    const drifting = policy({
      namespace: 'shop',
      guards: ['{parameter: hpa.maxReplicas, drift: {from: 8, max: 1}}'],
    });
    const anchored = exception({ guards: '[{parameter: hpa.maxReplicas, drift: {from: anchor, max: 5}}]' });
    const annotations = { 'flyball.dev/anchor.hpa.maxReplicas': '10' };
    const facts = factsOf([parameterOf({ current: 8n, requested: 100n })], {
      oldObject: { metadata: { annotations } },
    });
    const decision = decideBy(setOf(drifting, anchored), facts);
    expect(decision.verdicts[0]?.granted).toBe(15n);
    expect(decision.guards.map(({ parameters }) => parameters.join())).toContain(
      'annotations[flyball.dev/anchor.hpa.maxReplicas]',
    );
  });

  it('may name parameters that a policy defines', () => {
    const spec = 'parameters: [{name: a.b, path: $.a, type: integer}]';
    const own = policy({ namespace: 'shop', spec, guards: ['{parameter: a.b, range: {max: 9}}'] });
    expect(
      granted([own, exception({ guards: '[{parameter: a.b, range: {max: 50}}]' })], { name: 'a.b' }),
    ).toBe('clamp 50 (range by shop/e)');
  });

  it.each([
    [{ scope: 'x: y' }, ['UnknownField spec.x: is not a field here']],
    [{ scope: 'namespaces: [a]' }, ['MissingField spec: `policies` or `clusterPolicies` is missing']],
    [
      { scope: 'policies: [p], namespaces: [a]' },
      ['WrongScope spec.namespaces: means nothing without `clusterPolicies`'],
    ],
    [
      { scope: 'clusterPolicies: [p]', namespace: 'flyball-system' },
      ['MissingField spec: `namespaces` is missing: it says where the cluster policies are altered'],
    ],
    [
      { scope: 'clusterPolicies: [p], namespaces: [shop]' },
      [
        'WrongScope spec.clusterPolicies: an exception to cluster policies may live only in namespace `flyball-system`',
      ],
    ],
    [
      { scope: 'clusterPolicies: [p], namespaces: [a*b]', namespace: 'flyball-system' },
      ['WrongValue spec.namespaces: `a*b` has a `*` that is not at its end'],
    ],
    [
      { guards: '[{parameter: hpa.maxReplicas, relation: {"<=": [1, 2]}}]' },
      ['UnknownField spec.guards[0].relation: is not a field here'],
    ],
    [
      { guards: '[{parameters: [hpa.maxReplicas, hpa.minReplicas], range: {max: x}}]' },
      [
        'WrongLiteral spec.guards[0].range.max: `x` is no value of `hpa.maxReplicas`, which is an integer, such as 4',
      ],
    ],
    [
      { guards: '[{parameter: hpa.maxReplicas, forbid: LessCapacity}]' },
      [
        'MissingField spec.guards[0]: has no rule (`range`, `step`, `rate`, `cooldown`, `reversal`, `persistence`, `deadband`, `drift`, `choice`, `ownership`, `freeze`)',
        'WrongRule spec.guards[0].forbid: means nothing without `freeze`',
      ],
    ],
  ])('%j is refused', (of, expected) => {
    expect(faultsOf(exception(of))).toEqual(expected);
  });
});
