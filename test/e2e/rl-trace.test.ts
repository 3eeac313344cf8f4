/** A real agent's CPU targets, patched minute by minute on an accelerated clock, through the real API server and webhook. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serviceAccount } from '../control-plane/actors.ts';
import { hpaOf, metricOf, paths } from './complete-objects.ts';
import { type Governed, startGoverned } from './governed.ts';

const root = join(import.meta.dirname, '..', '..');
const shared = process.env['FLYBALL_SHARED'] ?? join(root, '..', 'shared');
const trace = join(shared, 'traces', 'rl-hpa-target-single-lstm.csv');
const policies = readFileSync(join(root, 'policies', 'rl-hpa-target', 'policy.yaml'), 'utf8');
const minute = 60_000;

interface Autoscaler {
  readonly spec: {
    readonly metrics: readonly {
      readonly resource: { readonly target: { readonly averageUtilization: number } };
    }[];
  };
}

describe.skipIf(!existsSync(trace))(`the trace (skipped where ${trace} is absent)`, () => {
  let governed: Governed;
  let now = Date.parse('2026-01-05T00:00:00Z');

  beforeAll(async () => {
    const agent = serviceAccount('agent', 'optimizers', 'rl-hpa-target');
    governed = await startGoverned({ policies, actors: [agent], readNow: () => now });
  });
  afterAll(() => governed?.close());

  it('is calmed to a total variation of 360 of 2,280 and 17 reversals of 113 at the most', async () => {
    const asked = readTargets();
    const path = `${paths.hpas('default')}/web`;
    const first = hpaOf('web', { metrics: [metricOf('cpu', asked[0] ?? 0)] });
    expect((await governed.plane.api('admin').request('POST', paths.hpas('default'), first)).status).toBe(
      201,
    );
    const agent = governed.plane.api('agent');
    const stored: number[] = [];
    for (const target of asked) {
      now += minute;
      const answer = await agent.request<Autoscaler>('PATCH', path, {
        spec: { metrics: [metricOf('cpu', target)] },
      });
      expect(answer.status).toBe(200);
      stored.push(answer.body.spec.metrics[0]?.resource.target.averageUtilization ?? 0);
    }
    const [ungoverned, governedBy] = [summarize(asked), summarize(stored)];
    console.log(
      `total variation ${governedBy.variation} of ${ungoverned.variation}, reversals ${governedBy.reversals} of ${ungoverned.reversals}`,
    );
    expect(ungoverned).toEqual({ variation: 2280, reversals: 113 });
    expect(governedBy.variation).toBeLessThanOrEqual(360);
    expect(governedBy.reversals).toBeLessThanOrEqual(17);
    const held = await governed.plane.etcdGet<Autoscaler>('/registry/horizontalpodautoscalers/default/web');
    expect(held?.spec.metrics[0]?.resource.target.averageUtilization).toBe(stored.at(-1));
  });
});

function readTargets(): number[] {
  const [header = '', ...lines] = readFileSync(trace, 'utf8').trim().split('\n');
  const column = header.split(',').indexOf('HPA_Target');
  return lines.map((line) => Number(line.split(',')[column]));
}

function summarize(values: readonly number[]): { variation: number; reversals: number } {
  const steps = values
    .slice(1)
    .map((value, index) => value - (values[index] ?? value))
    .filter((step) => step !== 0);
  const variation = steps.reduce((sum, step) => sum + Math.abs(step), 0);
  const reversals = steps.filter(
    (step, index) => index > 0 && Math.sign(step) !== Math.sign(steps[index - 1] ?? 0),
  ).length;
  return { variation, reversals };
}
