/** Three replicas, one history: clients that race through all of them spend one rate, all of it and no more. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startReflector } from '../../src/kubernetes/reflector.ts';
import { hpaOf, paths } from './complete-objects.ts';
import { type Replicas, startReplicas } from './replicas.ts';

const rate = 300;
const policies = `
apiVersion: flyball.dev/v1alpha1
kind: ClusterGuardrailPolicy
metadata: {name: rates}
spec:
  match: {resources: [{group: autoscaling, kind: HorizontalPodAutoscaler}]}
  guards:
    - parameter: hpa.maxReplicas
      rate: {change: ${rate}, within: 1h}
      onViolation: Throttle
`;

const hpas = paths.hpas('default');
const clients = 50;

let running: Replicas;
beforeAll(async () => {
  running = await startReplicas(3, policies);
});
afterAll(() => running?.close());

describe('three replicas', () => {
  it('grant one rate to clients that race: never more, and nearly all of it', async () => {
    await makeWhenGoverned('raced', 5_000);
    const values = await followValues('raced');
    const times: number[] = [];
    const until = performance.now() + 60_000;
    await Promise.all(Array.from({ length: clients }, (_, at) => race('raced', { at, until, times })));
    await sleep(1_000);
    await values.stop();
    const spent = values.seen
      .slice(1)
      .reduce((sum, to, at) => sum + Math.abs(to - (values.seen[at] ?? to)), 0);
    report(times, spent);
    expect(spent).toBeLessThanOrEqual(rate);
    expect(spent).toBeGreaterThanOrEqual(0.95 * rate);
    for (const { decisions, writes } of running.replicas)
      expect([decisions > 0, writes > 0]).toEqual([true, true]);
  });

  it('keep one resource for it, which people can read', async () => {
    const { stdout } = await running.plane.kubectl('admin', [
      '-n',
      'flyball-system',
      'get',
      'guardrailledgers',
    ]);
    const [head = '', ...rows] = stdout.trim().split('\n');
    expect(head.split(/\s{2,}/)).toEqual([
      'NAME',
      'OBJECT',
      'CURRENT',
      'REQUESTED',
      'GRANTED',
      'REVERSALS',
      'NEXT CHANGE',
      'AGE',
    ]);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatch(
      /^default\.horizontalpodautoscaler\.raced-[0-9a-f]{16} +autoscaling\/HorizontalPodAutoscaler\/default\/raced +hpa\.maxReplicas=\d+/,
    );
    const { stdout: json } = await running.plane.kubectl('admin', [
      ...['-n', 'flyball-system', 'get', 'guardrailledgers', '-o', 'jsonpath={.items[0].spec}'],
    ]);
    expect(Buffer.byteLength(json)).toBeLessThanOrEqual(16 * 1024);
  });
});

interface Race {
  readonly at: number;
  readonly until: number;
  readonly times: number[];
}

/** Moves up and down, by less and less where the rate refuses; until even the smallest step is refused. */
async function race(name: string, { at, until, times }: Race): Promise<void> {
  const api = running.plane.api('rl');
  let step = 1 + (at % 9);
  for (let round = at; performance.now() < until; round += 1) {
    const { body } = await api.request<{ spec: { maxReplicas: number } }>('GET', `${hpas}/${name}`);
    const maxReplicas = body.spec.maxReplicas + (round % 2 === 0 ? step : -step);
    const asked = performance.now();
    const { status, body: answer } = await api.request('PATCH', `${hpas}/${name}`, { spec: { maxReplicas } });
    times.push(performance.now() - asked);
    // The API server gives up on a patch that others overtake again and again.
    if (status === 200 || status === 409 || status === 504) continue;
    expect(status, answer.message).toBe(429);
    if (step === 1 && answer.message?.includes('rate of rates')) return;
    step = Math.max(1, step - 3);
  }
}

/** As they were stored, in order. */
async function followValues(name: string): Promise<{ seen: number[]; stop(): Promise<void> }> {
  const seen: number[] = [];
  const reflector = startReflector({
    cluster: running.cluster,
    path: `/apis/autoscaling/v2/horizontalpodautoscalers`,
    onEvent: (event) => {
      if (event.kind === 'synced' || event.kind === 'delete' || event.name !== name) return;
      seen.push((event.object['spec'] as { maxReplicas: number }).maxReplicas);
    },
  });
  while (!reflector.isSynced()) await sleep(10);
  return { seen, stop: () => reflector.stop() };
}

/** The API server begins to call the webhooks a moment after they are registered. */
async function makeWhenGoverned(name: string, maxReplicas: number): Promise<void> {
  const admin = running.plane.api('admin');
  const { status } = await admin.request('POST', hpas, hpaOf(name, { maxReplicas }));
  expect(status).toBe(201);
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const { status: far } = await admin.request(
      'PATCH',
      `${hpas}/${name}`,
      { spec: { maxReplicas: maxReplicas + rate + 1 } },
      { query: { dryRun: 'All' } },
    );
    if (far === 429) return;
    await sleep(100);
  }
  throw new Error('the API server does not call the webhooks');
}

function report(times: readonly number[], spent: number): void {
  const sorted = times.toSorted((a, b) => a - b);
  const p99 = sorted[Math.floor(sorted.length * 0.99)] ?? 0;
  const sum = (of: 'decisions' | 'writes' | 'conflicts') =>
    running.replicas.reduce((total, replica) => total + replica[of], 0);
  const [decisions, writes, conflicts] = [sum('decisions'), sum('writes'), sum('conflicts')];
  process.stdout.write(
    `${JSON.stringify({ spent, requests: times.length, decisions, writes, conflicts, writesPerDecision: +(writes / decisions).toFixed(2), p50Milliseconds: Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0), p99Milliseconds: Math.round(p99) })}\n`,
  );
}
