import { describe, expect, it } from 'vitest';
import { decideBy, factsOf, grant, guardFaults, parameterOf, policy, setOf } from './sample.ts';

const at = 'spec.guards[0]';
const noRule =
  'has no rule (`range`, `step`, `rate`, `cooldown`, `reversal`, `persistence`, `deadband`, `drift`, `choice`, `ownership`, `freeze`)';

describe('a guard that makes no sense', () => {
  it.each([
    ['{parameter: hpa.maxReplicas}', [`MissingField ${at}: ${noRule}`]],
    ['{parameter: hpa.maxReplicas, onViolation: Deny}', [`MissingField ${at}: ${noRule}`]],
    ['{range: {max: 9}}', [`MissingField ${at}: \`parameter\` is missing`]],
    [
      '{parameter: hpa.maxReplicas, parameters: [hpa.minReplicas], range: {max: 9}}',
      [`WrongValue ${at}: has both \`parameter\` and \`parameters\` (fix: keep one of them)`],
    ],
    [
      '{parameter: hpa.maxReplica, range: {max: 9}}',
      [
        `UnknownParameter ${at}.parameter: \`hpa.maxReplica\` is not a parameter (fix: did you mean \`hpa.maxReplicas\`?)`,
      ],
    ],
    [
      '{parameters: [hpa.maxReplicas, unheardOf], range: {max: 9}}',
      [`UnknownParameter ${at}.parameters[1]: \`unheardOf\` is not a parameter`],
    ],
    [
      '{parameter: hpa.maxReplicas, range: {min: 5, max: 3}}',
      [`WrongLiteral ${at}.range.min: \`range.min\` 5 is above \`range.max\` 3`],
    ],
    [
      '{parameter: hpa.maxReplicas, range: {min: 1Gi}}',
      [
        `WrongLiteral ${at}.range.min: \`1Gi\` is no value of \`hpa.maxReplicas\`, which is an integer, such as 4`,
      ],
    ],
    [
      '{parameter: hpa.maxReplicas, range: {max: {"*": [2, {var: parameters.hpa.maxReplica.current}]}}}',
      [
        `WrongLogic ${at}.range.max.*[1].var: \`hpa.maxReplica\` is not a parameter (fix: did you mean \`hpa.maxReplicas\`?)`,
      ],
    ],
    [
      '{parameter: hpa.maxReplicas, range: {max: {var: parameters.hpa.*.current}}}',
      [`WrongLogic ${at}.range.max.var: \`hpa.*\` is a pattern: name one parameter`],
    ],
    [
      '{parameter: hpa.maxReplicas, step: {increase: -2}}',
      [
        `WrongLiteral ${at}.step.increase: \`-2\` is no amount of \`hpa.maxReplicas\`, which is an integer, such as 4, or a share, such as 50%`,
      ],
    ],
    [
      '{parameter: hpa.maxReplicas, deadband: x}',
      [
        `WrongLiteral ${at}.deadband: \`x\` is no amount of \`hpa.maxReplicas\`, which is an integer, such as 4, or a share, such as 50%`,
      ],
    ],
    [
      '{parameter: hpa.maxReplicas, drift: {from: x, max: y}}',
      [
        `WrongLiteral ${at}.drift.from: \`x\` is no value of \`hpa.maxReplicas\`, which is an integer, such as 4`,
        `WrongLiteral ${at}.drift.max: \`y\` is no amount of \`hpa.maxReplicas\`, which is an integer, such as 4, or a share, such as 50%`,
      ],
    ],
    [
      '{parameter: hpa.scaleTargetRef, step: {increase: 2}}',
      [`WrongRule ${at}.step: does not apply to \`hpa.scaleTargetRef\`, which is a choice`],
    ],
    [
      '{parameter: "hpa.*", range: {max: 9}, deadband: 2}',
      [
        `WrongRule ${at}.range: does not apply to \`hpa.*\`, which is a pattern`,
        `WrongRule ${at}.deadband: does not apply to \`hpa.*\`, which is a pattern`,
      ],
    ],
    [
      '{parameter: "hpa.*", choice: [a]}',
      [
        `WrongRule ${at}.choice: does not apply to \`hpa.*\`, which is a pattern (fix: use \`range\`, or \`choice: unchanged\`)`,
      ],
    ],
    [
      '{parameter: hpa.maxReplicas, choice: ["4"]}',
      [
        `WrongRule ${at}.choice: does not apply to \`hpa.maxReplicas\`, which is an integer (fix: use \`range\`, or \`choice: unchanged\`)`,
      ],
    ],
    [
      '{parameter: "quota.hard[pods]", choice: ["4"]}',
      [
        `WrongRule ${at}.choice: does not apply to \`quota.hard[pods]\`, which is a quantity (fix: use \`range\`, or \`choice: unchanged\`)`,
      ],
    ],
    [
      '{parameter: hpa.maxReplicas, range: {max: 9}, forbid: LessCapacity}',
      [`WrongRule ${at}.forbid: means nothing without \`freeze\``],
    ],
    [
      '{parameter: hpa.maxReplicas, range: {max: 9}, retryAfterSeconds: 2}',
      [
        `WrongValue ${at}.retryAfterSeconds: only a throttled request is told when to come back (fix: set \`onViolation: Throttle\`)`,
      ],
    ],
    [
      '{parameters: [hpa.maxReplicas, hpa.minReplicas, hpa.scaleTargetRef], freeze: {schedule: x, for: 1h}}',
      [
        `WrongSchedule ${at}.freeze.schedule: must have five fields: minute, hour, day, month, day of the week`,
      ],
    ],
  ])('%s', (guard, expected) => {
    expect(guardFaults(guard).sort()).toEqual([...expected].sort());
  });
});

describe('a guard', () => {
  it('answers as it says', () => {
    const guards = [
      '{parameter: hpa.maxReplicas, range: {max: 9}}',
      '{parameter: hpa.minReplicas, range: {max: 9}, onViolation: Throttle, retryAfterSeconds: 3}',
      '{parameter: hpa.scaleTargetRef, choice: unchanged, onViolation: Deny}',
    ];
    const { guards: built } = decideBy(
      setOf(policy({ guards, spec: 'mode: Warn\n  failurePolicy: Ignore' })),
      factsOf(),
    );
    expect(
      built.map(({ position, mode, failurePolicy, response, retryAfterSeconds }) => [
        position,
        mode,
        failurePolicy,
        response,
        retryAfterSeconds,
      ]),
    ).toEqual([
      ['guards[0]', 'Warn', 'Ignore', 'clamp', undefined],
      ['guards[1]', 'Warn', 'Ignore', 'throttle', 3],
      ['guards[2]', 'Warn', 'Ignore', 'deny', undefined],
    ]);
  });

  it('reads its literals by the type of each parameter', () => {
    const guard = '{parameters: [hpa.maxReplicas, "quota.hard[pods]", hpa.minReplicas], range: {max: 9}}';
    const { guards } = decideBy(setOf(policy({ guards: [guard] })), factsOf());
    expect(guards.map(({ parameters }) => parameters)).toEqual([
      ['hpa.maxReplicas', 'hpa.minReplicas'],
      ['quota.hard[pods]'],
    ]);
    const set = setOf(policy({ guards: [guard] }));
    expect(grant(set, { current: 5n, requested: 20n })).toBe('clamp 9');
    const pods = { name: 'quota.hard[pods]', type: 'quantity', notation: 'DecimalSI' } as const;
    expect(grant(set, { ...pods, current: 1n, requested: 20_000_000_000n })).toBe('clamp 9000000000');
  });

  it.each([
    ['{parameter: hpa.maxReplicas, range: {min: 4, max: 40}}', 10n, 50n, 'clamp 40'],
    ['{parameter: hpa.maxReplicas, range: {min: 4}}', 10n, 1n, 'clamp 4'],
    ['{parameter: hpa.maxReplicas, step: {increase: 50%, decrease: 2}}', 10n, 50n, 'clamp 15'],
    ['{parameter: hpa.maxReplicas, step: {decrease: 2}}', 10n, 1n, 'clamp 8'],
    ['{parameter: hpa.maxReplicas, step: {increase: 2}}', 10n, 50n, 'clamp 12'],
    ['{parameter: hpa.maxReplicas, deadband: 5}', 10n, 12n, 'clamp 10'],
    ['{parameter: hpa.maxReplicas, drift: {from: 10, max: 100%}}', 19n, 25n, 'clamp 20'],
    ['{parameter: hpa.maxReplicas, choice: unchanged}', 10n, 12n, 'clamp 10'],
    ['{parameter: "hpa.*", ownership: {allow: [parametric]}}', 10n, 12n, 'clamp 10'],
    ['{parameter: "hpa.*", ownership: {allow: [restrictive]}}', 10n, 12n, 'admit 12'],
    ['{parameter: "*", freeze: {schedule: "0 11 * * *", for: 2h}}', 10n, 12n, 'clamp 10'],
    [
      '{parameter: "*", freeze: {schedule: "0 11 * * *", for: 2h}, forbid: LessCapacity}',
      10n,
      12n,
      'admit 12',
    ],
    ['{parameter: "*", freeze: {schedule: "0 11 * * *", for: 30m}}', 10n, 12n, 'admit 12'],
  ])('%s: %s -> %s, %s', (guard, current, requested, expected) => {
    expect(grant(setOf(policy({ guards: [guard] })), { current, requested })).toBe(expected);
  });

  it('a list of choices', () => {
    const set = setOf(
      policy({ guards: ['{parameter: pod.schedulerName, choice: [a, b], onViolation: Deny}'] }),
    );
    const scheduler = { name: 'pod.schedulerName', type: 'choice', notation: 'text' } as const;
    expect(grant(set, { ...scheduler, current: 'a', requested: 'b' })).toBe('admit b');
    expect(grant(set, { ...scheduler, current: 'a', requested: 'x' })).toBe('deny a');
  });
});

describe('a computed bound', () => {
  const ranged = (range: string, parameter = 'hpa.maxReplicas'): ReturnType<typeof setOf> =>
    setOf(policy({ guards: [`{parameter: "${parameter}", range: ${range}}`] }));

  it.each([
    ['{max: {"*": [2, {var: object.n}]}}', 'clamp 20'],
    ['{max: {"*": [1.25, {var: object.n}]}}', 'clamp 12'],
    ['{max: {"*": [1.1, {var: object.n}]}}', 'clamp 11'],
    ['{max: {label: max}}', 'clamp 30'],
    [
      '{max: {label: odd}}',
      'range.max: `1Gi` is no value of `hpa.maxReplicas`, which is an integer, such as 4',
    ],
    ['{max: {var: object.none}}', 'range.max: `object.none` is missing, and has no default'],
    ['{max: {var: object.flag}}', 'range.max: the result is no value of `hpa.maxReplicas`'],
    ['{max: {quantity: "1"}}', 'range.max: the result is no value of `hpa.maxReplicas`'],
    ['{max: {"*": [1e15, 1.1e15]}}', 'range.max: the result is too large to be exact'],
  ])('%s', (range, expected) => {
    const facts = {
      object: { n: 10, flag: true },
      labels: new Map([
        ['max', '30'],
        ['odd', '1Gi'],
      ]),
    };
    expect(grant(ranged(range), { current: 10n, requested: 50n }, facts)).toBe(expected);
  });

  it('rounds inwards, and says what it read', () => {
    const set = ranged('{min: {"*": [1.25, {var: object.n}]}}');
    const facts = factsOf([parameterOf({ current: 20n, requested: 1n })], { object: { n: 5 } });
    const decision = decideBy(set, facts);
    expect(decision.verdicts[0]?.granted).toBe(7n);
    expect([...decision.facts]).toEqual([['object.n', '5']]);
  });

  it.each([
    ['{max: {quantity: "1500m"}}', 1_500_000_000n],
    ['{max: {"*": [0.5, 3]}}', 1_500_000_000n],
    ['{max: {"+": [1, 1]}}', 2_000_000_000n],
    ['{max: {label: max}}', 250_000_000n],
    ['{max: {"*": [2, {var: "parameters.quota.hard[requests.cpu].current"}]}}', 2_000_000_000n],
  ])('of a quantity: %s', (range, expected) => {
    const set = ranged(range, 'quota.hard[requests.cpu]');
    const parameter = parameterOf({
      name: 'quota.hard[requests.cpu]',
      type: 'quantity',
      notation: 'DecimalSI',
      quantum: 1_000_000n,
      current: 1_000_000_000n,
      requested: 9_000_000_000n,
    });
    const facts = factsOf([parameter], { labels: new Map([['max', '250m']]) });
    expect(decideBy(set, facts).verdicts[0]?.granted).toBe(expected);
  });

  it('of a duration counts seconds', () => {
    const name = 'hpa.behavior.scaleDown.stabilizationWindowSeconds';
    const set = ranged('{min: {"*": [0.5, 3]}}', name);
    const parameter = parameterOf({
      name,
      type: 'duration',
      notation: 'seconds',
      current: 9000n,
      requested: 0n,
    });
    expect(decideBy(set, factsOf([parameter])).verdicts[0]?.granted).toBe(1500n);
  });
});

describe('an anchor', () => {
  const guard = '{parameter: hpa.maxReplicas, drift: {from: anchor, max: 50%}}';
  const key = 'flyball.dev/anchor.hpa.maxReplicas';
  const stored = (value: unknown): object => ({ metadata: { annotations: { [key]: value } } });

  it.each([
    ['within', stored('10'), 'clamp 15'],
    ['no annotation', {}, `drift.from: the stored object has no annotation \`${key}\``],
    ['no object at all', undefined, `drift.from: the stored object has no annotation \`${key}\``],
    [
      'not a value',
      stored('x'),
      `drift.from: annotation \`${key}\`: \`x\` is no value of \`hpa.maxReplicas\`, which is an integer, such as 4`,
    ],
  ])('%s', (_, oldObject, expected) => {
    expect(grant(setOf(policy({ guards: [guard] })), { current: 12n, requested: 50n }, { oldObject })).toBe(
      expected,
    );
  });

  it('is read from the stored object alone, and said', () => {
    const facts = factsOf([parameterOf({ current: 12n, requested: 50n })], {
      object: stored('1000'),
      oldObject: stored('10'),
    });
    const decision = decideBy(setOf(policy({ guards: [guard] })), facts);
    expect([...decision.facts]).toEqual([[`annotation ${key}`, '10']]);
  });

  it('may not be moved by who is bounded by it', () => {
    const set = setOf(policy({ guards: [guard] }));
    const annotation = parameterOf({
      name: `annotations[${key}]`,
      type: 'choice',
      notation: 'text',
      current: '10',
      requested: '1000',
    });
    expect(decideBy(set, factsOf([annotation])).outcome).toBe('deny');
  });

  it('says nothing of a new object', () => {
    const facts = factsOf([parameterOf({ requested: 50n })]);
    const created = {
      ...facts,
      oldObject: undefined,
      change: { ...facts.change, operation: 'CREATE' as const },
    };
    expect(decideBy(setOf(policy({ guards: [guard] })), created).outcome).toBe('admit');
  });

  it('has a key that Kubernetes accepts, one for each pattern', () => {
    const { guards } = decideBy(
      setOf(
        policy({
          guards: ['{parameters: ["quota.hard[nvidia.com/gpu]", quota.hard], drift: {from: anchor, max: 1}}'],
        }),
      ),
      factsOf(),
    );
    expect(guards.map(({ parameters }) => parameters)).toEqual([
      ['quota.hard[nvidia.com/gpu]'],
      ['annotations[flyball.dev/anchor.quota.hard.nvidia.comgpu]'],
      ['quota.hard'],
      ['annotations[flyball.dev/anchor.quota.hard]'],
    ]);
  });
});
