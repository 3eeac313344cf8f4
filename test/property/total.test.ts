import { expect, it } from 'vitest';
import { explainDecision, formatRegion } from '../../src/core/explain.ts';
import { check, decideOn, scenario } from './scenario.ts';

it('decides and explains whatever is asked, and never throws', () => {
  check(scenario, (given) => {
    const decision = decideOn(given);
    expect(explainDecision(decision).join('\n')).toMatch(/^[\x20-\x7e\n]+$/);
    for (const { region, parameter } of decision.verdicts)
      expect(formatRegion(region, parameter)).not.toBe('');
  });
});

it('gives one verdict for each changed parameter, and none for another', () => {
  check(scenario, (given) => {
    const changed = given.facts.change.parameters.filter(({ current, requested }) => current !== requested);
    const names = decideOn(given).verdicts.map(({ parameter }) => parameter.name);
    expect(names).toEqual(changed.map(({ name }) => name).sort());
  });
});

it('decides all outcomes, so that the properties are not of one alone', () => {
  const seen = new Set<string>();
  check(scenario, (given) => {
    const { outcome, verdicts, errors } = decideOn(given);
    seen.add(outcome);
    for (const verdict of verdicts) {
      if (verdict.yielded.length > 0) seen.add('yielded');
      if (verdict.conflict.length > 0) seen.add('conflict');
      if (verdict.determining.some(({ rule }) => rule === 'relation')) seen.add('relation');
      if (verdict.advisory.length > 0) seen.add('advisory');
    }
    if (errors.length > 0) seen.add('error');
  });
  const all = ['admit', 'advisory', 'clamp', 'conflict', 'deny', 'error', 'relation', 'throttle', 'yielded'];
  expect([...seen].sort()).toEqual(all);
});
