import { expect, it } from 'vitest';
import { isGranted } from '../../src/core/decide.ts';
import { askForGranted, check, decideOn, grantedValues, scenario } from './scenario.ts';

it('admits what it granted', () => {
  check(
    scenario,
    (given) => {
      const first = decideOn(given);
      if (!isGranted(first)) return;
      const second = decideOn(askForGranted(given, first));
      expect(second.outcome).toBe('admit');
      expect(grantedValues(second)).toEqual(grantedValues(first));
    },
    3_000,
  );
});
