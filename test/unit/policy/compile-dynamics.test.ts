import { describe, expect, it } from 'vitest';
import { type History, noHistory } from '../../../src/core/history.ts';
import {
  decideBy,
  exception,
  factsOf,
  grant,
  guardFaults,
  loadText,
  noon,
  parameterOf,
  policy,
  setOf,
} from './sample.ts';

const at = 'spec.guards[0]';

describe('a rule of history that makes no sense', () => {
  it.each([
    ['rate: {within: 10m}', [`MissingField ${at}.rate: \`change\` or \`changes\` is missing`]],
    ['rate: {change: 5}', [`MissingField ${at}.rate: \`within\` is missing`]],
    [
      'rate: {change: 5, within: 8d}',
      [`WrongSchedule ${at}.rate.within: must be longer than 0s, and at most 7d`],
    ],
    [
      'rate: {change: 5, within: 0s}',
      [`WrongSchedule ${at}.rate.within: must be longer than 0s, and at most 7d`],
    ],
    [
      'rate: {change: 5, within: soon}',
      [
        `WrongSchedule ${at}.rate.within: \`soon\` is not a duration (write it as \`90s\`, \`10m\` or \`1h30m\`)`,
      ],
    ],
    [
      'rate: {change: 50%, within: 10m}',
      [`WrongLiteral ${at}.rate.change: must be an amount: a share of a value that moves is no fixed sum`],
    ],
    [
      'rate: {change: x, within: 10m}',
      [
        `WrongLiteral ${at}.rate.change: \`x\` is no amount of \`hpa.maxReplicas\`, which is an integer, such as 4, or a share, such as 50%`,
      ],
    ],
    ['rate: {changes: 0, within: 10m}', [`WrongValue ${at}.rate.changes: must be >= 1`]],
    ['cooldown: {}', [`WrongValue ${at}.cooldown: must not have fewer than 1 properties`]],
    [
      'cooldown: {increase: 0s, decrease: 8d}',
      [
        `WrongSchedule ${at}.cooldown.decrease: must be longer than 0s, and at most 7d`,
        `WrongSchedule ${at}.cooldown.increase: must be longer than 0s, and at most 7d`,
      ],
    ],
    ['reversal: {within: 15m}', [`MissingField ${at}.reversal: \`max\` is missing`]],
    [
      'reversal: {max: 2, within: 15}',
      [`WrongValue ${at}.reversal.within: must be a text (fix: write it in quotes: "15")`],
    ],
    [
      'reversal: {max: 2, within: 8d}',
      [`WrongSchedule ${at}.reversal.within: must be longer than 0s, and at most 7d`],
    ],
    ['persistence: {spacing: 1m}', [`MissingField ${at}.persistence: \`requests\` or \`for\` is missing`]],
    [
      'persistence: {requests: 2, for: 3m}',
      [`WrongValue ${at}.persistence: has both \`requests\` and \`for\` (fix: keep one of them)`],
    ],
    ['persistence: {requests: 1}', [`WrongValue ${at}.persistence.requests: must be >= 2`]],
    [
      'persistence: {for: 0s, spacing: 0s}',
      [
        `WrongSchedule ${at}.persistence.for: must be longer than 0s, and at most 7d`,
        `WrongSchedule ${at}.persistence.spacing: must be longer than 0s, and at most 7d`,
      ],
    ],
  ])('%s', (rule, expected) => {
    expect(guardFaults(`{parameter: hpa.maxReplicas, ${rule}}`).sort()).toEqual(expected);
  });

  it.each([
    [
      'hpa.scaleTargetRef, rate: {change: 5, within: 10m}',
      [
        `WrongRule ${at}.rate.change: does not apply to \`hpa.scaleTargetRef\`, which is a choice (fix: use \`changes\`)`,
      ],
    ],
    [
      '"hpa.*", rate: {change: 5, within: 10m}',
      [`WrongRule ${at}.rate.change: does not apply to a pattern (fix: use \`changes\`)`],
    ],
    [
      'hpa.scaleTargetRef, cooldown: {increase: 5m}, reversal: {max: 1, within: 5m}',
      ['cooldown', 'reversal'].map(
        (rule) =>
          `WrongRule ${at}.${rule}: does not apply to \`hpa.scaleTargetRef\`, which is a choice and has no direction (fix: use \`rate: {changes: 1, within: ...}\`, or \`persistence\`)`,
      ),
    ],
  ])('of %s', (guard, expected) => {
    expect(guardFaults(`{parameter: ${guard}}`).sort()).toEqual(expected);
  });

  it.each(['hpa.scaleTargetRef', '"hpa.*"'])('but numbers of changes and repeats are for %s, too', (name) => {
    expect(
      guardFaults(`{parameter: ${name}, rate: {changes: 1, within: 7d}, persistence: {requests: 2}}`),
    ).toEqual([]);
  });
});

const minute = 60_000;

/** `5 10>12`: minutes before noon, and a movement; without `>` a proposal. */
function past(...texts: readonly string[]): { readonly readHistory: () => History } {
  const entries = texts.map((text) => {
    const [ago, values = ''] = text.split(' ');
    const [from = '', to] = values.split('>');
    return { at: noon - Number(ago) * minute, from: BigInt(from), to, actor: 'alice' };
  });
  const history: History = {
    ...noHistory,
    movements: entries.flatMap(({ to, ...rest }) => (to === undefined ? [] : [{ ...rest, to: BigInt(to) }])),
    proposals: entries.flatMap(({ at, from, to, actor }) =>
      to === undefined ? [{ at, requested: from, actor }] : [],
    ),
  };
  return { readHistory: () => history };
}

describe('a guard of history', () => {
  it.each([
    ['rate: {change: 5, within: 10m}', 50n, past('9 7>10'), 'clamp 12'],
    ['rate: {change: 5, within: 10m}', 50n, past('10 7>10'), 'clamp 15'],
    ['rate: {changes: 1, within: 10m, by: actor}', 50n, past('9 7>10'), 'clamp 10'],
    ['cooldown: {decrease: 5m}', 9n, past('4 7>10'), 'clamp 10'],
    ['cooldown: {decrease: 5m}', 11n, past('4 7>10'), 'admit 11'],
    ['cooldown: {increase: 5m}', 11n, past('4 7>10'), 'clamp 10'],
    ['reversal: {max: 1, within: 15m}', 9n, past('9 9>7', '4 7>10'), 'clamp 10'],
    ['reversal: {max: 2, within: 15m}', 9n, past('9 9>7', '4 7>10'), 'admit 9'],
    ['persistence: {requests: 3}', 15n, past('2 12', '1 15'), 'clamp 12'],
    ['persistence: {requests: 3, spacing: 2m}', 15n, past('2 12', '1 15'), 'clamp 10'],
    ['persistence: {for: 2m}', 15n, past('2 12', '1 15'), 'clamp 12'],
    ['persistence: {for: 3m}', 15n, past('2 12', '1 15'), 'clamp 10'],
    ['step: {increase: 2}, rate: {change: 5, within: 10m}', 50n, past(), 'clamp 12'],
  ])('{%s}: 10 -> %s', (rule, requested, facts, expected) => {
    const set = setOf(policy({ guards: [`{parameter: hpa.maxReplicas, ${rule}}`] }));
    expect(grant(set, { current: 10n, requested }, facts)).toBe(expected);
  });

  it('is an error where the history is not known', () => {
    const set = setOf(policy({ guards: ['{parameter: hpa.maxReplicas, cooldown: {increase: 5m}}'] }));
    expect(grant(set, { current: 10n, requested: 11n }, { readHistory: () => undefined })).toBe(
      'FactsStale: the history of `hpa.maxReplicas` is not known now',
    );
  });

  it('counts quantities exactly', () => {
    const guards = ['{parameter: hpa.metrics.pods.averageValue, rate: {change: 1500m, within: 10m}}'];
    const set = setOf(policy({ guards }));
    const of = { name: 'hpa.metrics[pods.rps].averageValue', type: 'quantity' } as const;
    expect(loadText(policy({ guards })).problems).toEqual([]);
    const decision = decideBy(
      set,
      factsOf([
        parameterOf({
          ...of,
          name: 'hpa.metrics.pods.averageValue',
          notation: 'DecimalSI',
          current: 10n ** 9n,
          requested: 10n ** 10n,
        }),
      ]),
    );
    expect(decision.verdicts[0]?.granted).toBe(2_500_000_000n);
  });
});

describe('an exception to a rule of history', () => {
  const own =
    'rate: {change: 5, changes: 2, within: 10m}, cooldown: {increase: 5m, decrease: 5m}, reversal: {max: 1, within: 15m}, persistence: {requests: 3}';
  const set = (instead: string) =>
    setOf(
      policy({ namespace: 'shop', guards: [`{parameter: hpa.maxReplicas, ${own}}`] }),
      exception({ guards: `[{parameter: hpa.maxReplicas, ${instead}}]` }),
    );
  const rules = (
    instead: string,
    requested: bigint,
    facts: { readonly readHistory: () => History },
  ): string[] => {
    const decision = decideBy(set(instead), factsOf([parameterOf({ current: 10n, requested })], facts));
    return (decision.verdicts[0]?.determining ?? []).map(({ rule, exception: id }) =>
      id === undefined ? rule : `${rule}*`,
    );
  };
  const moved = past('6 12>9', '4 9>10', '2 50', '1 50');
  it.each([
    ['deadband: 1', 50n, ['cooldown', 'rate']],
    ['rate: {change: 100, within: 10m}', 50n, ['cooldown', 'rate*']],
    ['rate: {changes: 3, within: 10m}', 50n, ['cooldown', 'rate*']],
    ['rate: {change: 100, changes: 3, within: 10m}', 50n, ['cooldown']],
    ['cooldown: {increase: 4m}', 50n, ['rate']],
    ['cooldown: {decrease: 4m}', 50n, ['cooldown*', 'rate']],
    ['reversal: {max: 2, within: 15m}', 9n, ['cooldown', 'persistence', 'rate']],
    ['persistence: {requests: 2}', 9n, ['cooldown', 'persistence*', 'rate', 'reversal']],
  ])('{%s} replaces what it gives, and leaves the rest: 10 -> %s', (instead, requested, expected) => {
    expect(rules(instead, requested, moved).sort()).toEqual(expected);
  });
});
