/** What a policy says of itself: whom it governs, how it answers, how it fails, and how it is changed while it serves. */
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { serviceAccount } from '../control-plane/actors.ts';
import type { ApiAnswer, ApiObject } from '../control-plane/client.ts';
import { hpaOf, paths, type Spec } from './complete-objects.ts';
import { type Governed, startGoverned } from './governed.ts';

/** Each case has a policy of its own, found by the names it governs. */
const policyOf = (name: string, rest: string, max = 50): string => `---
apiVersion: flyball.dev/v1alpha1
kind: ClusterGuardrailPolicy
metadata: {name: ${name}}
spec:
  match:
    resources: [{group: autoscaling, kind: HorizontalPodAutoscaler}]
    names: ["${name}-*"]
    operations: [UPDATE]
${rest}
  guards: [{parameter: hpa.maxReplicas, range: {max: ${max}}}]
`;

const missing = '    when: {"===": [{label: team}, a]}';
const policies = [
  policyOf(
    'actors',
    `    actors:
      include: [{group: "system:serviceaccounts:*"}, {group: sre-oncall}, {user: carol}]
      exclude: [{group: sre-oncall}, {serviceAccount: argocd/argocd-application-controller}]`,
  ),
  policyOf('hinted', '    actors: {include: [{fieldManager: tuner}]}'),
  policyOf('warn', '  mode: Warn'),
  policyOf('audit', '  mode: Audit'),
  policyOf('failing', missing),
  policyOf('ignored', `${missing}\n  failurePolicy: Ignore`),
  policyOf('lifted', ''),
].join('');

const exception = `
apiVersion: flyball.dev/v1alpha1
kind: GuardrailException
metadata: {name: black-friday, namespace: flyball-system}
spec:
  clusterPolicies: [lifted]
  namespaces: [default]
  guards: [{parameter: hpa.maxReplicas, range: {max: 200}}]
  owner: team-shop
  reason: the sale
  ticket: SHOP-1
  expires: "2026-11-30T00:00:00Z"
`;
const clock = { now: Date.parse('2026-11-27T12:00:00Z') };

const hpas = paths.hpas('default');
let governed: Governed;
beforeAll(async () => {
  governed = await startGoverned({
    policies: `${policies}---${exception}`,
    exemptions: { breakGlassGroups: new Set(['break-glass']) },
    actors: [
      serviceAccount('other', 'optimizers', 'other'),
      { name: 'carol', user: 'carol', groups: ['break-glass'], rights: 'writer' },
    ],
    readNow: () => clock.now,
  });
});
afterAll(() => governed?.close());
beforeEach(() => {
  governed.records.length = 0;
});

interface Asking {
  readonly actor?: string;
  readonly fieldManager?: string;
  readonly value?: number;
}

/** Makes an HPA unless it is there, and asks for another maximum. */
async function ask(
  name: string,
  { actor = 'rl', fieldManager, value = 500 }: Asking = {},
): Promise<ApiAnswer<ApiObject>> {
  await governed.plane.api('admin').request('POST', hpas, hpaOf(name));
  governed.records.length = 0;
  const options = fieldManager === undefined ? {} : { query: { fieldManager } };
  return governed.plane
    .api(actor)
    .request('PATCH', `${hpas}/${name}`, { spec: { maxReplicas: value } }, options);
}

async function fetchMaximum(name: string): Promise<unknown> {
  const key = `/registry/horizontalpodautoscalers/default/${name}`;
  return (await governed.plane.etcdGet<{ spec: Spec }>(key))?.spec['maxReplicas'];
}

describe('actors', () => {
  it.each([
    ['an optimizer is governed', 'rl', 50, ['clamp']],
    ['another one as well', 'other', 50, ['clamp']],
    ['who is excluded by group is not, although included', 'sre', 500, []],
    ['who is excluded by account is not', 'gitops', 500, []],
    ['who is not included is not', 'admin', 500, []],
    ['break-glass passes, and is recorded', 'carol', 500, ['clamp']],
  ])('%s', async (_name, actor, granted, outcomes) => {
    const name = `actors-${actor}`;
    const { status } = await ask(name, { actor });
    expect(status).toBe(200);
    expect(await fetchMaximum(name)).toBe(granted);
    expect(governed.records.map(({ outcome }) => outcome)).toEqual(outcomes);
  });

  it('the record of a break-glass pass says what it passed', async () => {
    const { warnings } = await ask('actors-glass', { actor: 'carol' });
    expect(warnings).toEqual([]);
    expect(governed.records).toMatchObject([
      { allowed: true, exemption: 'break-glass group break-glass', actor: { user: 'carol' } },
    ]);
    expect(governed.records[0]?.verdicts).toMatchObject([
      { parameter: 'hpa.maxReplicas', requested: '500', determining: ['actors#guards[0]/range'] },
    ]);
  });

  it('a field manager that a client claims makes it governed; another one does not', async () => {
    await ask('hinted-a', { fieldManager: 'tuner' });
    await ask('hinted-b', { fieldManager: 'kubectl' });
    await ask('hinted-c');
    expect(await Promise.all(['hinted-a', 'hinted-b', 'hinted-c'].map(fetchMaximum))).toEqual([50, 500, 500]);
  });
});

describe('modes', () => {
  it('Warn warns and passes', async () => {
    const { status, warnings } = await ask('warn-a');
    const [record] = governed.records;
    expect([status, warnings]).toEqual([
      200,
      [`flyball ${record?.id}: hpa.maxReplicas: 500 is outside range of warn: at most 50 (Warn)`],
    ]);
    expect(governed.records).toMatchObject([{ outcome: 'admit', allowed: true }]);
    expect(await fetchMaximum('warn-a')).toBe(500);
  });

  it('Audit passes silently and is recorded', async () => {
    const { status, warnings } = await ask('audit-a');
    expect([status, warnings]).toEqual([200, []]);
    expect(governed.records).toMatchObject([{ outcome: 'admit', allowed: true }]);
    expect(governed.records[0]?.verdicts[0]?.advisory).toMatchObject([{ id: 'audit#guards[0]/range' }]);
    expect(await fetchMaximum('audit-a')).toBe(500);
  });
});

describe('a policy that cannot be evaluated', () => {
  it('refuses under Fail, as a fault that is not the client’s', async () => {
    const { status, body } = await ask('failing-a', { value: 20 });
    expect([status, body.reason]).toEqual([500, 'InternalError']);
    expect(body.message).toMatch(/failing could not be evaluated: .*`label team` is missing/);
    expect(body).toMatchObject({ details: { causes: [{ reason: 'PolicyError' }] } });
    expect(governed.records).toMatchObject([{ allowed: false, errors: [{ policy: 'failing' }] }]);
    expect(await fetchMaximum('failing-a')).toBe(10);
  });

  it('passes under Ignore, and is recorded', async () => {
    const { status } = await ask('ignored-a');
    expect(status).toBe(200);
    expect(governed.records).toMatchObject([
      { outcome: 'admit', allowed: true, errors: [{ policy: 'ignored', failurePolicy: 'Ignore' }] },
    ]);
    expect(await fetchMaximum('ignored-a')).toBe(500);
  });
});

describe('an exception', () => {
  it('lifts a range until it expires, and is named', async () => {
    const { warnings } = await ask('lifted-a');
    expect(warnings).toEqual([
      expect.stringMatching(/500 -> 200: range of lifted under exception flyball-system\/black-friday$/),
    ]);
    expect(await fetchMaximum('lifted-a')).toBe(200);
    clock.now = Date.parse('2026-11-29T23:59:59.999Z');
    await ask('lifted-b');
    clock.now += 1;
    const { warnings: after } = await ask('lifted-c');
    expect(after).toEqual([expect.stringMatching(/500 -> 50: range of lifted$/)]);
    expect(await Promise.all(['lifted-b', 'lifted-c'].map(fetchMaximum))).toEqual([200, 50]);
  });
});

describe('a policy file that is edited while it is in force', () => {
  const write = async (text: string): Promise<void> => {
    const file = join(governed.policyFolder, 'edited.yaml');
    await writeFile(`${file}.new`, text);
    await rename(`${file}.new`, file);
  };
  const until = async (isSo: () => boolean): Promise<void> => {
    while (!isSo()) await sleep(20);
  };
  const readState = () => governed.running.readPolicyState();

  it('changes the answer; a bad edit keeps what was good; a removal lifts it', async () => {
    const before = readState().set;
    await write(policyOf('edited', '', 40));
    await until(() => readState().set !== before);
    await ask('edited-a');
    expect(await fetchMaximum('edited-a')).toBe(40);

    await write(policyOf('edited', '', 30).replace('hpa.maxReplicas', 'hpa.maxReplica'));
    await until(() => readState().problems.length > 0);
    await ask('edited-b');
    expect(await fetchMaximum('edited-b')).toBe(40);

    await write(policyOf('edited', '', 30));
    await until(() => readState().problems.length === 0);
    await ask('edited-c');
    expect(await fetchMaximum('edited-c')).toBe(30);

    await write('');
    await until(() => readState().set?.size === before?.size);
    await ask('edited-d');
    expect(await fetchMaximum('edited-d')).toBe(500);
  });
});
