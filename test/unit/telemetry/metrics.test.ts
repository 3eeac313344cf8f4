import { expect, it } from 'vitest';
import { createMetrics, type Metrics } from '../../../src/telemetry/metrics.ts';
import { type Family, parseExposition } from './exposition.ts';

async function render(metrics: Metrics): Promise<Map<string, Family>> {
  const { contentType, text } = await metrics.render();
  expect(contentType).toMatch(/^text\/plain; version=0\.0\.4/);
  return parseExposition(text);
}

function valuesOf(family: Family | undefined): Record<string, number> {
  return Object.fromEntries(
    (family?.samples ?? []).map(({ labels, value }) => [[...labels.values()].join(), value]),
  );
}

function used(): Metrics {
  const metrics = createMetrics();
  metrics.answered('validate', 'allow', 0.0004);
  metrics.answered('validate', 'allow', 0.3);
  metrics.answered('mutate', 'patch', 9);
  metrics.refused('caller');
  metrics.exempted('break-glass');
  metrics.decided('clamp', ['range', 'step']);
  metrics.decided('clamp', []);
  metrics.standing();
  metrics.policyErrors(3);
  metrics.logTrouble();
  metrics.policiesLoaded(12, false);
  return metrics;
}

it('renders what Prometheus can read, before and after anything happened', async () => {
  expect((await render(createMetrics())).size).toBeGreaterThan(10);
  const families = await render(used());
  for (const { help, name, type } of families.values()) {
    expect(help).not.toBe('');
    if (type === 'counter' && name.startsWith('flyball_')) expect(name).toMatch(/_total$/);
  }
});

it('counts what it is told', async () => {
  const families = await render(used());
  const of = (name: string): Record<string, number> => valuesOf(families.get(`flyball_${name}`));
  expect(of('requests_refused_total')).toEqual({ caller: 1 });
  expect(of('exemptions_total')).toEqual({ 'break-glass': 1 });
  expect(of('decisions_total')).toEqual({ clamp: 2 });
  expect(of('determining_rules_total')).toEqual({ 'range,clamp': 1, 'step,clamp': 1 });
  expect(of('standing_proposals_total')).toEqual({ '': 1 });
  expect(of('policy_errors_total')).toEqual({ '': 3 });
  expect(of('decision_log_errors_total')).toEqual({ '': 1 });
  expect(of('policies')).toEqual({ '': 12 });
  expect(of('policies_current')).toEqual({ '': 0 });
});

it('measures answers in seconds, in buckets', async () => {
  const { samples = [] } = (await render(used())).get('flyball_admission_duration_seconds') ?? {};
  const validate = samples.filter(({ labels }) => labels.get('webhook') === 'validate');
  const below = (le: string): number | undefined =>
    validate.find(({ labels }) => labels.get('le') === le)?.value;
  expect([below('0.0005'), below('0.25'), below('1'), below('+Inf')]).toEqual([1, 1, 2, 2]);
});

it('keeps two servers in one process apart', async () => {
  used();
  expect(valuesOf((await render(createMetrics())).get('flyball_standing_proposals_total'))).toEqual({
    '': 0,
  });
});

it('has labels of its own words only', async () => {
  const families = [...(await render(used())).values()].filter(({ name }) => name.startsWith('flyball_'));
  const names = new Set(
    families.flatMap(({ samples }) => samples.flatMap(({ labels }) => [...labels.keys()])),
  );
  expect([...names].sort()).toEqual(['cause', 'kind', 'le', 'outcome', 'rule', 'webhook']);
});

it.each([
  ['a sample without a family', 'a 1\n'],
  ['a value that is none', '# HELP a b\n# TYPE a counter\na one\n'],
  ['a label without quotes', '# HELP a b\n# TYPE a counter\na{b=c} 1\n'],
  ['a sample that is there twice', '# HELP a b\n# TYPE a counter\na 1\na 2\n'],
  ['no last line end', '# HELP a b\n# TYPE a counter\na 1'],
  [
    'buckets that shrink',
    '# HELP a b\n# TYPE a histogram\na_bucket{le="1"} 2\na_bucket{le="+Inf"} 1\na_sum 1\na_count 1\n',
  ],
])('the parser of this test refuses %s', (_name, text) => {
  expect(() => parseExposition(text)).toThrow();
});
