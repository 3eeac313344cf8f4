/** What each rule promises, in the words of its documentation: an oracle that does not read the rule's own limit. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from '../../src/core/decide.ts';
import type { Rule } from '../../src/core/guard.ts';
import { noHistory } from '../../src/core/history.ts';
import type { Parameter, Value } from '../../src/core/parameter.ts';
import { choice } from '../../src/core/rules/choice.ts';
import { deadband } from '../../src/core/rules/deadband.ts';
import { drift } from '../../src/core/rules/drift.ts';
import { freeze } from '../../src/core/rules/freeze.ts';
import { ownership } from '../../src/core/rules/ownership.ts';
import { range } from '../../src/core/rules/range.ts';
import { step } from '../../src/core/rules/step.ts';
import { check } from './scenario.ts';

const value = fc.bigInt(-50n, 50n);
const reach = fc.bigInt(0n, 20n);
const percent = fc.bigInt(1n, 200n);
const numbers = fc.record({ current: value, requested: value, low: value, high: value, reach, percent });

/** One integer, changed under one rule that clamps. */
function grantedUnder(rule: Rule, values: { current: Value; requested: Value }): Value | undefined {
  const parameter: Parameter = {
    name: 'n',
    type: typeof values.current === 'string' ? 'choice' : 'integer',
    path: '/n',
    notation: 'number',
    quantum: 1n,
    capacity: 'more',
    integration: 'restrictive',
    ...values,
  };
  const source = { policy: 'p', position: 'guards[0]', mode: 'Enforce', response: 'clamp' } as const;
  const guard = {
    ...source,
    failurePolicy: 'Fail',
    parameters: ['n'],
    rules: [rule],
    relations: [],
  } as const;
  const change = {
    target: { group: '', kind: 'K', namespace: 'n', name: 'o', subresource: '' },
    actor: { user: 'u', groups: [] },
    operation: 'UPDATE',
    dryRun: false,
    parameters: [parameter],
  } as const;
  const readHistory = (): typeof noHistory => noHistory;
  const decision = decide([guard], [], {
    now: 0,
    change,
    object: {},
    oldObject: {},
    labels: new Map(),
    readHistory,
  });
  expect(decision.errors).toEqual([]);
  const [verdict] = decision.verdicts;
  return verdict === undefined ? values.current : verdict.granted;
}

function numberUnder(rule: Rule, values: { current: bigint; requested: bigint }): bigint {
  const granted = grantedUnder(rule, values);
  if (typeof granted !== 'bigint') throw new Error('a number expected');
  return granted;
}

function sorted(a: bigint, b: bigint): [bigint, bigint] {
  return a < b ? [a, b] : [b, a];
}

function size(number: bigint): bigint {
  return number < 0n ? -number : number;
}

describe('a rule keeps its promise', () => {
  it('range: nothing outside, and what is inside as asked', () => {
    check(numbers, ({ low, high, ...values }) => {
      const [min, max] = sorted(low, high);
      const granted = numberUnder(range({ min, max }), values);
      if (values.current === values.requested) return;
      const expected = sorted(sorted(values.requested, min)[1], max)[0];
      expect(granted).toBe(expected);
    });
  });

  it('step: no further from current than the reach, in either direction', () => {
    check(numbers, ({ reach, ...values }) => {
      const amount = { kind: 'absolute', units: reach } as const;
      const granted = numberUnder(step({ increase: amount, decrease: amount }), values);
      const asked = values.requested - values.current;
      const moved = granted - values.current;
      expect(size(moved)).toBe(sorted(size(asked), reach)[0]);
      expect(moved * asked >= 0n).toBe(true);
    });
  });

  it('step: no further than a percentage of current, but one step is always possible', () => {
    check(numbers, ({ percent, ...values }) => {
      const amount = { kind: 'percent', hundredths: percent * 100n } as const;
      const moved = size(numberUnder(step({ increase: amount, decrease: amount }), values) - values.current);
      expect(moved <= 1n || moved * 100n <= size(values.current) * percent).toBe(true);
      if (values.current !== values.requested) expect(moved > 0n).toBe(true);
    });
  });

  it('deadband: what is granted is current or moves by the band at least', () => {
    check(numbers, ({ reach, ...values }) => {
      const granted = numberUnder(deadband({ kind: 'absolute', units: reach }), values);
      expect(granted === values.current || size(granted - values.current) >= reach).toBe(true);
      if (size(values.requested - values.current) >= reach) expect(granted).toBe(values.requested);
    });
  });

  it('drift: never further from the anchor than its reach, whatever current is', () => {
    check(numbers, ({ low: from, reach, ...values }) => {
      const granted = numberUnder(drift({ from, max: { kind: 'absolute', units: reach } }), values);
      if (values.current !== values.requested) expect(size(granted - from) <= reach).toBe(true);
    });
  });

  it('freeze: no movement in the forbidden direction, any in the other', () => {
    const window = { from: 0, until: 1 };
    check(numbers, (values) => {
      const less = numberUnder(freeze({ forbid: 'LessCapacity', windowAt: () => window }), values);
      expect(less).toBe(sorted(values.requested, values.current)[1]);
      const none = numberUnder(freeze({ forbid: 'AnyChange', windowAt: () => window }), values);
      expect(none).toBe(values.current);
    });
  });

  it('ownership: what is not allowed stays as it is', () => {
    check(numbers, (values) => {
      expect(grantedUnder(ownership(['parametric']), values)).toBe(values.current);
      expect(grantedUnder(ownership(['restrictive']), values)).toBe(values.requested);
    });
  });

  it('choice: only what is listed, else current where that is listed, else nothing', () => {
    const text = fc.constantFrom('a', 'b', 'c');
    check(fc.record({ current: text, requested: text, allowed: fc.subarray(['a', 'b', 'c']) }), (given) => {
      const { allowed, ...values } = given;
      const kept = allowed.includes(values.current) ? values.current : undefined;
      const expected = allowed.includes(values.requested) ? values.requested : kept;
      if (values.current !== values.requested) expect(grantedUnder(choice(allowed), values)).toBe(expected);
      expect(grantedUnder(choice('unchanged'), values)).toBe(values.current);
    });
  });
});
