/**
 * Each door, by each client, inside the bounds and outside them with each answer: what the client was told, what etcd
 * then holds, and what was recorded.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { DecisionRecord } from '../../src/audit/record.ts';
import { type Governed, startGoverned } from './governed.ts';
import { type Client, clients, type Row, rows } from './matrix-rows.ts';
import type { ClientAnswer } from './real-clients.ts';

type Tier = 'inside' | 'clamp' | 'deny' | 'throttle';
const tiers: readonly Tier[] = ['inside', 'clamp', 'deny', 'throttle'];

/** All three have a say of what is labelled `inside`, and none objects to it. */
const policyOf = (tier: Tier, onViolation: string): string => `
apiVersion: flyball.dev/v1alpha1
kind: ClusterGuardrailPolicy
metadata: {name: ${tier}}
spec:
  match:
    resources:
      - {group: autoscaling, kind: HorizontalPodAutoscaler}
      - {group: apps, kind: Deployment}
      - {group: apps, kind: StatefulSet}
      - {group: "", kind: ResourceQuota}
    labels: {matchExpressions: [{key: tier, operator: In, values: [inside, ${tier}]}]}
    actors: {include: [{serviceAccount: optimizers/rl}]}
  guards:
    - parameters: [hpa.maxReplicas, deployment.replicas, statefulset.replicas, "quota.hard[pods]"]
      range: {max: 50}
      onViolation: ${onViolation}
`;
const policies = [
  policyOf('clamp', 'Clamp'),
  policyOf('deny', 'Deny'),
  policyOf('throttle', 'Throttle'),
].join('---\n');

interface Cell {
  readonly tier: Tier;
  readonly client: Client;
  readonly row: Row;
}
const cells: readonly Cell[] = rows.flatMap((row) =>
  tiers.flatMap((tier) => clients.map((client) => ({ row, tier, client }))),
);
/** One object for each cell, so that no case depends on another. */
const nameOf = ({ tier, client, row }: Cell): string =>
  [tier, client, row.subresource]
    .filter((part) => part !== '')
    .join('-')
    .toLowerCase();

let governed: Governed;

beforeAll(async () => {
  governed = await startGoverned({ policies });
  const items = cells.map((cell) => cell.row.make(nameOf(cell), { tier: cell.tier }));
  const stdin = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  const { code, stderr } = await governed.plane.kubectl('admin', ['apply', '-f', '-'], { stdin });
  expect([code, stderr]).toEqual([0, '']);
  for (const cell of cells) if (cell.row.subresource === 'scale') await untilLabelsAreKnown(cell);
});
afterAll(() => governed?.close());
beforeEach(() => {
  governed.records.length = 0;
});

/** `/scale` has no labels: before those of its workload are in the cache, no policy by label can be matched. */
async function untilLabelsAreKnown(cell: Cell): Promise<void> {
  const url = `/apis/apps/v1/namespaces/default/${cell.row.resource}/${nameOf(cell)}/scale`;
  const dryRun = () =>
    governed.plane.api('rl').request('PATCH', url, { spec: { replicas: 11 } }, { query: { dryRun: 'All' } });
  while ((await dryRun()).status !== 200) await sleep(50);
}

it.each(cells.map((cell) => [cell.row.door, cell.tier, cell.client, cell] as const))(
  '%s, %s, by %s',
  async (_door, tier, client, cell) => {
    const { row } = cell;
    const name = nameOf(cell);
    const before = await fetchSpec(cell);
    const asked = tier === 'inside' ? 20 : 500;
    const answer = await row.by[client](governed.plane, name, asked);
    const [record, ...others] = governed.records;
    if (record === undefined) throw new Error('nothing was recorded');
    expect(others).toEqual([]);
    expectRecord(record, cell);
    expectAnswer(answer, record.id, cell);
    const granted = { inside: 20, clamp: 50, deny: 10, throttle: 10 }[tier];
    // As text: the order of keys and the form of each value are as they were.
    expect(JSON.stringify(await fetchSpec(cell))).toBe(JSON.stringify(row.replace(before, granted)));
  },
);

async function fetchSpec(cell: Cell): Promise<Readonly<Record<string, unknown>>> {
  const key = `/registry/${cell.row.resource}/default/${nameOf(cell)}`;
  const stored = await governed.plane.etcdGet<{ spec: Readonly<Record<string, unknown>> }>(key);
  if (stored === undefined) throw new Error(`etcd has no ${key}`);
  return stored.spec;
}

const outcomes = { inside: 'admit', clamp: 'clamp', deny: 'deny', throttle: 'throttle' } as const;

function expectRecord(record: DecisionRecord, cell: Cell): void {
  const { row, tier } = cell;
  expect(record).toMatchObject({
    outcome: outcomes[tier],
    allowed: tier === 'inside' || tier === 'clamp',
    seen: tier === 'clamp' ? 'mutate+validate' : 'validate',
    dryRun: false,
    operation: 'UPDATE',
    target: { namespace: 'default', name: nameOf(cell), subresource: row.subresource },
    actor: { user: 'system:serviceaccount:optimizers:rl' },
    errors: [],
  });
  const verdicts = record.verdicts.map(({ parameter, outcome, determining, limits }) => ({
    parameter,
    outcome,
    determining,
    limits: limits.map(({ id }) => id),
  }));
  const limitOf = (policy: Tier): string => `${policy}#guards[0]/range`;
  const isInside = tier === 'inside';
  expect(verdicts).toEqual([
    {
      parameter: row.parameter,
      outcome: outcomes[tier],
      determining: isInside ? [] : [limitOf(tier)],
      limits: isInside ? [limitOf('clamp'), limitOf('deny'), limitOf('throttle')] : [limitOf(tier)],
    },
  ]);
}

function expectAnswer(answer: ClientAnswer, id: string, { row, tier, client }: Cell): void {
  if (tier === 'inside' || tier === 'clamp') {
    const warning = `flyball ${id}: ${row.parameter} 500 -> 50: range of clamp`;
    expect(answer.refusal).toBeUndefined();
    expect(answer.warnings).toEqual(tier === 'clamp' ? [warning] : []);
    return;
  }
  const sentence = `${row.parameter}: 10 now, 500 asked, ${tier}, 50 would pass: range of ${tier}: at most 50`;
  const message = expect.stringContaining(
    `admission webhook "validate.flyball.dev" denied the request: flyball ${id}: ${sentence}`,
  );
  const [reason, code] = tier === 'deny' ? ['Forbidden', 403] : ['TooManyRequests', 429];
  const cause = {
    reason: 'AboveMaximum',
    message: `${row.parameter} 500: range of ${tier}: at most 50`,
    field: row.field,
  };
  expect(answer.warnings).toEqual([]);
  // kubectl shows neither code nor causes; that it did not resend a 429 shows in the one record.
  const hidden = client === 'kubectl' ? {} : { code, causes: [cause], retryAfterSeconds: undefined };
  expect(answer.refusal).toEqual({ reason, message, ...hidden });
}
