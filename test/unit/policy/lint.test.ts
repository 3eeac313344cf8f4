import { describe, expect, it } from 'vitest';
import { exception, lintOf, policy } from './sample.ts';

const together = (...texts: string[]): string[] => lintOf(texts.join('\n---\n'));
const ranged = (range: string, of: Parameters<typeof policy>[0] = {}): string =>
  policy({ guards: [`{parameter: hpa.maxReplicas, range: ${range}}`], ...of });
const chosen = (choice: string, of: Parameters<typeof policy>[0] = {}): string =>
  policy({ guards: [`{parameter: hpa.scaleTargetRef, choice: ${choice}}`], ...of });

it('a sound policy is not talked about', () => {
  expect(
    together(policy(), exception({ scope: 'policies: [q]' }), policy({ name: 'q', namespace: 'shop' })),
  ).toEqual([]);
});

describe('a policy that can never apply', () => {
  it.each([
    [
      'a misspelled kind',
      policy({ resources: '[{group: autoscaling, kind: HorizontalPodAutoscalers}]' }),
      [
        'MatchesNothing 5:50: spec.match.resources[0].kind: the catalogue knows no kind `HorizontalPodAutoscalers` in group `autoscaling`, and the policy defines no parameters (fix: did you mean `HorizontalPodAutoscaler`?)',
        'MatchesNothing 7:19: spec.guards[0].parameter: no kind that the policy matches has `hpa.maxReplicas` (fix: add its kind to `match.resources`)',
      ],
    ],
    [
      'another group',
      policy({
        resources:
          '[{group: apps, kind: HorizontalPodAutoscaler}, {group: autoscaling, kind: HorizontalPodAutoscaler}]',
      }),
      [
        'MatchesNothing 5:43: spec.match.resources[0].kind: the catalogue knows no kind `HorizontalPodAutoscaler` in group `apps`, and the policy defines no parameters (fix: use group `autoscaling`)',
      ],
    ],
    [
      'a kind of which nothing is known',
      policy({ resources: '[{group: autoscaling, kind: HorizontalPodAutoscaler}, {group: x, kind: Zebra}]' }),
      [
        'MatchesNothing 5:93: spec.match.resources[1].kind: the catalogue knows no kind `Zebra` in group `x`, and the policy defines no parameters (fix: define them under `parameters`)',
      ],
    ],
    [
      'unless the policy itself says what it has',
      policy({
        resources: '[{group: x, kind: Zebra}]',
        guards: ['{parameter: zebra.stripes, range: {max: 9}}'],
        spec: 'parameters: [{name: zebra.stripes, path: $.spec.stripes, type: integer}]',
      }),
      [],
    ],
    [
      'a door that the kind has not',
      policy({
        resources: '[{group: autoscaling, kind: HorizontalPodAutoscaler, subresources: ["", scale]}]',
      }),
      [
        'MatchesNothing 5:94: spec.match.resources[0].subresources[1]: the catalogue knows no `HorizontalPodAutoscaler/scale` (fix: use one of "")',
      ],
    ],
    [
      'a parameter of another kind',
      policy({
        guards: [
          '{parameters: [hpa.maxReplicas, "containers[web].image", hpa.scaleTargetRef], choice: unchanged}',
        ],
      }),
      [
        'MatchesNothing 7:38: spec.guards[0].parameters[1]: no kind that the policy matches has `containers[web].image` (fix: add its kind to `match.resources`)',
      ],
    ],
    [
      'a DELETE of what is not existence',
      policy({ match: 'operations: [DELETE]' }),
      [
        'MatchesNothing 5:89: spec.match.operations: a DELETE changes nothing but existence, which no guard bounds (fix: bound `*.exists` parameters)',
      ],
    ],
    [
      'a DELETE of existence',
      policy({ match: 'operations: [DELETE]', guards: ['{parameter: hpa.exists, choice: unchanged}'] }),
      [],
    ],
    ['further operations', policy({ match: 'operations: [DELETE, UPDATE]' }), []],
    [
      'an anchor’s annotation belongs to any kind',
      policy({ guards: ['{parameter: "annotations[flyball.dev/anchor.x]", choice: unchanged}'] }),
      [],
    ],
  ])('%s', (_, text, expected) => {
    expect(lintOf(text)).toEqual(expected);
  });
});

describe('actors', () => {
  it.each([
    [
      'include: [{user: a}, {fieldManager: rl}]',
      [
        'ClientAssertedActor 5:122: spec.match.actors.include[1].fieldManager: clients choose their field manager freely: whoever leaves it out is not governed (fix: use `serviceAccount`, `user` or `group`)',
      ],
    ],
    [
      'exclude: [{user: a}, {group: "*"}]',
      [
        'MatchesNothing 5:107: spec.match.actors.exclude[1]: excludes everybody that has one, which switches the policy off for them (fix: name who is excluded)',
      ],
    ],
    ['exclude: [{user: "a*", group: "*"}]', []],
  ])('%s', (actors, expected) => {
    expect(lintOf(policy({ match: `actors: {${actors}}` }))).toEqual(expected);
  });
});

describe('guards that do nothing', () => {
  it.each([
    [
      ['{parameter: hpa.maxReplicas, range: {max: 9}}', '{parameter: hpa.maxReplicas, range: {max: 20}}'],
      ['8:43: spec.guards[1].range: range of `hpa.maxReplicas` is already as tight in guards[0]'],
    ],
    [
      ['{parameter: hpa.maxReplicas, range: {max: 9}}', '{parameter: hpa.maxReplicas, range: {max: 9}}'],
      ['8:43: spec.guards[1].range: range of `hpa.maxReplicas` is already as tight in guards[0]'],
    ],
    [
      [
        '{parameter: hpa.maxReplicas, range: {max: 9}}',
        '{parameter: hpa.maxReplicas, range: {max: 20}, onViolation: Deny}',
      ],
      [],
    ],
    [
      [
        '{parameter: hpa.maxReplicas, range: {max: 9}, onViolation: Deny}',
        '{parameter: hpa.maxReplicas, range: {max: 9}}',
      ],
      ['8:43: spec.guards[1].range: range of `hpa.maxReplicas` is already as tight in guards[0]'],
    ],
    [['{parameter: hpa.maxReplicas, range: {min: 2}}', '{parameter: hpa.maxReplicas, range: {max: 20}}'], []],
    [
      [
        '{parameter: hpa.maxReplicas, range: {min: 2, max: 5}}',
        '{parameter: hpa.maxReplicas, range: {min: 1, max: 20}}',
      ],
      ['8:43: spec.guards[1].range: range of `hpa.maxReplicas` is already as tight in guards[0]'],
    ],
    [
      [
        '{parameter: hpa.maxReplicas, range: {max: {label: a}}}',
        '{parameter: hpa.maxReplicas, range: {max: 20}}',
      ],
      [],
    ],
    [['{parameter: hpa.maxReplicas, range: {max: 9}}', '{parameter: hpa.minReplicas, range: {max: 20}}'], []],
    [
      ['{parameter: hpa.scaleTargetRef, choice: [a]}', '{parameter: hpa.scaleTargetRef, choice: [a, b]}'],
      ['8:47: spec.guards[1].choice: choice of `hpa.scaleTargetRef` is already as tight in guards[0]'],
    ],
    [
      ['{parameter: hpa.scaleTargetRef, choice: [a, b]}', '{parameter: hpa.scaleTargetRef, choice: [b, c]}'],
      [],
    ],
  ])('%j', (guards, expected) => {
    expect(lintOf(policy({ guards }))).toEqual(expected.map((line) => `Shadowed ${line} (fix: take it out)`));
  });

  it.each([
    [
      '{parameter: hpa.maxReplicas, step: {increase: 0, decrease: 2}}',
      ['step: `increase: 0` forbids every increase (fix: use `choice: unchanged` or `freeze`)'],
    ],
    [
      '{parameter: hpa.maxReplicas, step: {decrease: 0%}}',
      ['step: `decrease: 0` forbids every decrease (fix: use `choice: unchanged` or `freeze`)'],
    ],
    [
      '{parameter: hpa.maxReplicas, deadband: 1}',
      ['deadband: no change is smaller, so that it keeps nothing (fix: give a larger amount)'],
    ],
    [
      '{parameter: hpa.maxReplicas, deadband: 0%}',
      ['deadband: no change is smaller, so that it keeps nothing (fix: give a larger amount)'],
    ],
    ['{parameter: hpa.maxReplicas, deadband: 2}', []],
    ['{parameter: hpa.maxReplicas, deadband: 10%}', []],
    ['{parameter: hpa.metrics.pods.averageValue, deadband: "1"}', []],
    [
      '{parameters: [hpa.scaleTargetRef], freeze: {schedule: "0 0 * * *", for: 1h}, forbid: LessCapacity}',
      [
        'forbid: nothing that the guard names is more or less capacity, so that LessCapacity forbids nothing (fix: use `forbid: AnyChange`)',
      ],
    ],
    ['{parameters: [hpa.scaleTargetRef], freeze: {schedule: "0 0 * * *", for: 1h}}', []],
    ['{parameters: ["hpa.*"], freeze: {schedule: "0 0 * * *", for: 1h}, forbid: LessCapacity}', []],
  ])('%s', (guard, expected) => {
    expect(lintOf(policy({ guards: [guard] })).map((line) => line.replace(/ \d+:\d+:/, ''))).toEqual(
      expected.map((line) => `NoMovement spec.guards[0].${line}`),
    );
  });
});

describe('policies against each other', () => {
  const contradiction = (place: string, parameter: string): string =>
    `Contradiction ${place}: \`${parameter}\`: no value is admitted by both this and guards[0] of \`p\`, so that only the current one is (fix: let the two overlap, or match different requests)`;

  it.each<[string, string[], boolean]>([
    ['ranges that do not meet', [ranged('{max: 3}'), ranged('{min: 5}', { name: 'q' })], true],
    ['in either order', [ranged('{min: 5}'), ranged('{max: 3}', { name: 'q' })], true],
    ['ranges that touch', [ranged('{max: 3}'), ranged('{min: 3}', { name: 'q' })], false],
    ['bounds that are computed', [ranged('{max: {label: a}}'), ranged('{min: 5}', { name: 'q' })], false],
    [
      'one that does not enforce',
      [ranged('{max: 3}'), ranged('{min: 5}', { name: 'q', spec: 'mode: Audit' })],
      false,
    ],
    [
      'another kind',
      [
        ranged('{max: 3}'),
        ranged('{min: 5}', {
          name: 'q',
          resources: '[{group: apps, kind: HorizontalPodAutoscaler}, {group: keda.sh, kind: ScaledObject}]',
        }),
      ],
      false,
    ],
    [
      'another door',
      [
        ranged('{max: 3}', {
          resources: '[{group: autoscaling, kind: HorizontalPodAutoscaler, subresources: [""]}]',
        }),
        ranged('{min: 5}', {
          name: 'q',
          resources: '[{group: autoscaling, kind: HorizontalPodAutoscaler, subresources: [status]}]',
        }),
      ],
      false,
    ],
    [
      'another namespace',
      [
        ranged('{max: 3}', { match: 'namespaces: [a*]' }),
        ranged('{min: 5}', { name: 'q', match: 'namespaces: [b]' }),
      ],
      false,
    ],
    [
      'namespaces that meet',
      [
        ranged('{max: 3}', { match: 'namespaces: [a*]' }),
        ranged('{min: 5}', { name: 'q', match: 'namespaces: [b, ab*]' }),
      ],
      true,
    ],
    [
      'other names',
      [ranged('{max: 3}', { match: 'names: [a]' }), ranged('{min: 5}', { name: 'q', match: 'names: [b*]' })],
      false,
    ],
    [
      'other operations',
      [
        ranged('{max: 3}', { match: 'operations: [CREATE]' }),
        ranged('{min: 5}', { name: 'q', match: 'operations: [UPDATE]' }),
      ],
      false,
    ],
    [
      'other labels',
      [
        ranged('{max: 3}', { match: 'labels: {matchLabels: {a: b}}' }),
        ranged('{min: 5}', { name: 'q', match: 'labels: {matchLabels: {a: c}}' }),
      ],
      false,
    ],
    [
      'labels that one object can have',
      [
        ranged('{max: 3}', { match: 'labels: {matchLabels: {a: b}}' }),
        ranged('{min: 5}', { name: 'q', match: 'labels: {matchLabels: {c: d}}' }),
      ],
      true,
    ],
    [
      'other actors',
      [
        ranged('{max: 3}', { match: 'actors: {include: [{user: a}]}' }),
        ranged('{min: 5}', { name: 'q', match: 'actors: {include: [{user: b}]}' }),
      ],
      false,
    ],
    [
      'actors that may be one',
      [
        ranged('{max: 3}', { match: 'actors: {include: [{user: a}]}' }),
        ranged('{min: 5}', { name: 'q', match: 'actors: {include: [{group: b}]}' }),
      ],
      true,
    ],
    [
      'conditions that may exclude each other',
      [ranged('{max: 3}', { match: 'when: {"==": [{label: a}, b]}' }), ranged('{min: 5}', { name: 'q' })],
      false,
    ],
    [
      'selectors that may',
      [
        ranged('{max: 3}', { match: 'namespaceSelector: {matchLabels: {a: b}}' }),
        ranged('{min: 5}', { name: 'q' }),
      ],
      false,
    ],
    [
      'expressions that may',
      [
        ranged('{max: 3}'),
        ranged('{min: 5}', { name: 'q', match: 'labels: {matchExpressions: [{key: a, operator: Exists}]}' }),
      ],
      false,
    ],
  ])('%s', (_, texts, isContradiction) => {
    const found = together(...texts).filter((line) => line.startsWith('Contradiction'));
    expect(found).toEqual(
      isContradiction ? [contradiction('15:43: spec.guards[0].range', 'hpa.maxReplicas')] : [],
    );
  });

  it('choices that have nothing in common', () => {
    expect(together(chosen('[a, b]'), chosen('[c]', { name: 'q' }))).toEqual([
      contradiction('15:47: spec.guards[0].choice', 'hpa.scaleTargetRef'),
    ]);
    expect(
      together(chosen('[a, b]'), chosen('[b, c]', { name: 'q' }), chosen('unchanged', { name: 'r' })),
    ).toEqual([]);
  });

  it('guards of one policy, and instances below a name', () => {
    const guards = [
      '{parameter: containers.requests.cpu, range: {max: 1}}',
      '{parameter: "containers[web].requests.cpu", range: {min: 2}}',
      '{parameter: "containers[db].requests.cpu", range: {min: 1}}',
    ];
    expect(lintOf(policy({ resources: '[{group: apps, kind: Deployment}]', guards }))).toEqual([
      contradiction('8:58: spec.guards[1].range', 'containers[web].requests.cpu'),
    ]);
  });

  it.each([
    ['{max: 90}', '{max: 40}', true],
    ['{max: {label: a}}', '{max: 40}', false],
    ['{max: 30}', '{max: 40}', false],
    ['{min: 3, max: 30}', '{max: 40}', false],
    ['{min: 3}', '{min: 5}', true],
    ['{min: 7}', '{min: 5, max: 90}', true],
  ])('a tenant’s %s beside the platform’s %s: %s', (tenant, platform, isWider) => {
    const own = ranged(tenant, { namespace: 'shop', name: 't' });
    const expected = [
      'WiderThanCluster 7:43: spec.guards[0].range: `hpa.maxReplicas`: cluster policy `p` is tighter, and stays in force',
    ];
    expect(together(own, ranged(platform))).toEqual(isWider ? expected : []);
    expect(together(own, ranged(platform, { match: 'namespaces: [team]' }))).toEqual([]);
  });

  it('a tenant’s list that is longer than the platform’s', () => {
    expect(together(chosen('[a, b]', { namespace: 'shop', name: 't' }), chosen('[a]'))).toEqual([
      'WiderThanCluster 7:47: spec.guards[0].choice: `hpa.scaleTargetRef`: cluster policy `p` is tighter, and stays in force',
    ]);
  });
});

describe('exceptions', () => {
  const own = policy({ namespace: 'shop' });

  it.each([
    ['in force', [own, exception()], []],
    [
      'that has expired',
      [own, exception({ expires: '2026-01-07T12:00:00Z' })],
      ['ExpiredException 12:122: spec.expires: it ended at 2026-01-07T12:00:00Z (fix: take it out)'],
    ],
    [
      'of a misspelled policy',
      [own, exception({ scope: 'policies: [pp]' })],
      ['MissingPolicy 12:19: spec.policies[0]: there is no policy `shop/pp` (fix: did you mean `shop/p`?)'],
    ],
    [
      'of a cluster policy that is not there',
      [exception({ namespace: 'flyball-system', scope: 'clusterPolicies: [zebra], namespaces: [a]' })],
      ['MissingPolicy 4:26: spec.clusterPolicies[0]: there is no policy `zebra`'],
    ],
    [
      'that has nothing to replace',
      [own, exception({ guards: '[{parameter: hpa.minReplicas, range: {max: 20}}]' })],
      [
        'MatchesNothing 12:44: spec.guards[0].parameter: no named policy has such a rule for this parameter: there is nothing to replace',
      ],
    ],
    [
      'of the wrong rule',
      [own, exception({ guards: '[{parameter: hpa.maxReplicas, step: {increase: 20}}]' })],
      [
        'MatchesNothing 12:44: spec.guards[0].parameter: no named policy has such a rule for this parameter: there is nothing to replace',
      ],
    ],
    [
      'of the same rule as another one',
      [own, exception({ name: 'z' }), exception({ name: 'a' })],
      [
        'OverlappingExceptions 17:31: spec.guards: `shop/z` replaces the same rule: `shop/a` is taken, since its name sorts first (fix: merge the two)',
      ],
    ],
    [
      'of the same rule as an expired one, or of another policy, or of another parameter',
      [
        own,
        policy({
          namespace: 'shop',
          name: 'q',
          guards: ['{parameters: [hpa.maxReplicas, hpa.minReplicas], range: {max: 9}}'],
        }),
        exception({ name: 'a', expires: '2026-01-07T12:00:00Z' }),
        exception({ name: 'b' }),
        exception({ name: 'c', scope: 'policies: [q]' }),
        exception({
          name: 'd',
          scope: 'policies: [q]',
          guards: '[{parameter: hpa.minReplicas, range: {max: 20}}]',
        }),
      ],
      ['ExpiredException 20:122: spec.expires: it ended at 2026-01-07T12:00:00Z (fix: take it out)'],
    ],
  ])('%s', (_, texts, expected) => {
    expect(together(...texts)).toEqual(expected);
  });
});
