import { describe, expect, it } from 'vitest';
import { drawVerdict } from '../../../src/cli/review/draw.ts';
import type { AppliedLimit, RuleName } from '../../../src/core/limit.ts';
import type { Parameter } from '../../../src/core/parameter.ts';
import { between, choices, outsideGap, type Region } from '../../../src/core/region.ts';
import type { Verdict } from '../../../src/core/verdict.ts';

function limit(rule: RuleName, admits: Region): AppliedLimit {
  return {
    rule,
    admits,
    tier: 'hard',
    reason: 'AboveMaximum',
    detail: '',
    policy: 'p',
    mode: 'Enforce',
    response: 'clamp',
    id: `p#guards[0]/${rule}`,
  };
}

function verdict(values: Partial<Verdict>, numbers: Pick<Parameter, 'current' | 'requested'>): Verdict {
  return {
    parameter: {
      name: 'hpa.maxReplicas',
      type: 'integer',
      path: '/spec/maxReplicas',
      notation: 'number',
      quantum: 1n,
      capacity: 'more',
      integration: 'restrictive',
      ...numbers,
    },
    outcome: 'clamp',
    granted: undefined,
    region: between(undefined, undefined),
    limits: [],
    determining: [],
    advisory: [],
    conflict: [],
    yielded: [],
    ...values,
  };
}

const limits = [limit('range', between(4n, 40n)), limit('step', between(8n, 15n))];

describe('drawVerdict', () => {
  it('shows where a value is, was asked to go and is held', () => {
    expect(drawVerdict(verdict({ limits, granted: 15n }, { current: 10n, requested: 500n }), 80)).toEqual([
      '4       8      10   15             40      500',
      '[range..[step..now==granted step]..range]  asked',
    ]);
  });

  it('says what would pass where nothing is granted', () => {
    const [, marks] =
      drawVerdict(
        verdict({ limits, granted: 15n, outcome: 'deny' }, { current: 10n, requested: 500n }),
        80,
      ) ?? [];
    expect(marks).toContain('would pass step]');
  });

  it('shows limits that are open on a side, and gaps', () => {
    const gap = [limit('deadband', outsideGap(70n, 5n)), limit('range', between(30n, undefined))];
    expect(drawVerdict(verdict({ limits: gap, granted: 70n }, { current: 70n, requested: 72n }), 80)).toEqual(
      [
        '  30      65         70                       72     75',
        '..[range..deadband]..[deadband now deadband]..asked..[deadband..',
      ],
    );
  });

  it('draws a creation, which has no current value', () => {
    expect(drawVerdict(verdict({ limits, granted: 15n }, { requested: 500n }), 80)?.[1]).toBe(
      '[range..[step..granted step]..range]  asked',
    );
  });

  it('draws nothing of choices, of no edges, and of more than fits', () => {
    const choice = verdict({ limits: [limit('choice', choices(['a']))] }, { current: 'a', requested: 'b' });
    expect(drawVerdict(choice, 80)).toBeUndefined();
    expect(drawVerdict(verdict({}, { current: 1n, requested: 2n }), 80)).toBeUndefined();
    expect(
      drawVerdict(verdict({ limits, granted: 15n }, { current: 10n, requested: 500n }), 30),
    ).toBeUndefined();
  });
});
