import { expect, it } from 'vitest';
import { recordDecision } from '../../../src/audit/record.ts';
import { decide } from '../../../src/core/decide.ts';
import type { Guard } from '../../../src/core/guard.ts';
import { choice } from '../../../src/core/rules/choice.ts';
import { deadband } from '../../../src/core/rules/deadband.ts';
import { freeze } from '../../../src/core/rules/freeze.ts';
import { range } from '../../../src/core/rules/range.ts';
import { asked, factsOf, guardOf } from '../core/sample.ts';

const around = {
  id: 'd-1',
  time: '1970-01-01T00:00:00.000Z',
  allowed: true,
  baseResourceVersion: '7',
  policySet: 'f00d',
  seen: 'mutate',
} as const;

function record(change: string, guards: readonly Partial<Guard>[], actor = { user: 'tuner', groups: ['a'] }) {
  const facts = factsOf([asked(change)], { actor });
  return recordDecision(
    decide(
      guards.map((traits, n) => guardOf({ policy: `p${n}`, ...traits })),
      [],
      facts,
    ),
    around,
  );
}

it('keeps what a decision can be recomputed from, numbers as decimal texts', () => {
  const secret = 'hunter2';
  const facts = {
    ...factsOf([asked('10 -> 500')]),
    object: { secret },
    oldObject: { secret },
    labels: new Map([['l', secret]]),
  };
  const entry = recordDecision(decide([guardOf({ rules: [range({ max: 20n })] })], [], facts), around);
  expect(JSON.parse(JSON.stringify(entry))).toEqual({
    kind: 'Decision',
    ...around,
    outcome: 'clamp',
    target: { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web', subresource: '' },
    actor: { user: 'tuner', groups: [] },
    operation: 'UPDATE',
    dryRun: false,
    verdicts: [
      {
        parameter: 'n',
        path: '/spec/n',
        type: 'integer',
        notation: 'number',
        quantum: '1',
        capacity: 'more',
        integration: 'restrictive',
        current: '10',
        requested: '500',
        granted: '20',
        outcome: 'clamp',
        region: [[null, '20']],
        limits: [
          {
            id: 'p#guards[0]/range',
            rule: 'range',
            tier: 'hard',
            mode: 'Enforce',
            response: 'clamp',
            reason: 'AboveMaximum',
            detail: 'at most 20',
            admits: [[null, '20']],
          },
        ],
        determining: ['p#guards[0]/range'],
        advisory: [],
      },
    ],
    errors: [],
    facts: {},
    explanation: [
      'Deployment shop/web: clamp, asked by tuner',
      'n: 10 now, 500 asked, 20 granted (clamp): range of p: at most 20',
    ],
  });
});

it('names conflicts, tiers that gave way, when a limit opens, and advice', () => {
  const frozen = freeze({ forbid: 'AnyChange', windowAt: () => ({ from: 0, until: 60_000 }) });
  expect(
    record('7 -> 12', [{ rules: [range({ max: 5n })] }, { rules: [range({ min: 9n })] }]).verdicts[0],
  ).toMatchObject({
    conflict: ['p0#guards[0]/range', 'p1#guards[0]/range'],
  });
  expect(record('7 -> 12', [{ rules: [range({ min: 9n })] }, { rules: [frozen] }]).verdicts[0]).toMatchObject(
    {
      yielded: ['objective'],
    },
  );
  expect(record('7 -> 12', [{ rules: [frozen] }]).verdicts[0]?.limits[0]?.opensAt).toBe(
    '1970-01-01T00:01:00.000Z',
  );
  expect(
    record('7 -> 12', [{ rules: [range({ max: 9n })], mode: 'Audit' }]).verdicts[0]?.advisory,
  ).toHaveLength(1);
  expect(
    record('7 -> 8', [{ rules: [deadband({ kind: 'absolute', units: 5n })] }]).verdicts[0]?.region,
  ).toHaveLength(3);
});

it('records choices, and the absence of a bound', () => {
  const facts = factsOf([asked('a -> b', { type: 'choice', notation: 'text' })]);
  const of = (guards: readonly Guard[]) => recordDecision(decide(guards, [], facts), around).verdicts[0];
  expect(of([guardOf({ rules: [choice(['a', 'c'])] })])).toMatchObject({ region: ['a', 'c'], granted: 'a' });
  expect(of([])).toMatchObject({ region: 'any', granted: 'b' });
});

it('bounds the names of an actor, in the sentences too', () => {
  const groups = Array.from({ length: 40 }, (_, n) => `${n}${'g'.repeat(2_000)}`);
  const entry = record('1 -> 2', [], { user: 'u'.repeat(9_000), groups });
  expect(entry.actor.user).toHaveLength(512);
  expect(entry.actor.groups).toHaveLength(32);
  expect(JSON.stringify(entry).length).toBeLessThan(20_000);
});
