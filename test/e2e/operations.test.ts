/** However a change is asked for, it is decided alike. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { deploymentOf, hpaOf, metricOf, paths, type Spec } from './complete-objects.ts';
import { type Governed, startGoverned } from './governed.ts';
import { answerOfKubectl, answerOfRest, type ClientAnswer } from './real-clients.ts';
import { stepsOf } from './steps.ts';

const policies = `
apiVersion: flyball.dev/v1alpha1
kind: ClusterGuardrailPolicy
metadata: {name: bounds}
spec:
  match:
    resources: [{group: autoscaling, kind: HorizontalPodAutoscaler}]
    actors: {include: [{serviceAccount: optimizers/rl}]}
  guards:
    - {parameter: hpa.maxReplicas, range: {max: 50}}
    - {parameter: hpa.metrics.cpu.averageUtilization, range: {min: 30, max: 80}}
`;

const [v1, v2] = [paths.hpasV1('default'), paths.hpas('default')];

let governed: Governed;
beforeAll(async () => {
  governed = await startGoverned({ policies });
});
afterAll(() => governed?.close());
beforeEach(() => {
  governed.records.length = 0;
});

const { make } = stepsOf(() => governed);

const patchAs = (actor: string, path: string, body: object) =>
  governed.plane.api(actor).request('PATCH', path, body);

interface Stored {
  readonly metadata: { readonly name: string; readonly resourceVersion?: string };
  readonly spec: Spec & { readonly maxReplicas?: number };
}

const storedHpa = (name: string) =>
  governed.plane.etcdGet<Stored>(`/registry/horizontalpodautoscalers/default/${name}`);

/** Raises maxReplicas to 500; `flags` are kubectl's. */
type Way = (name: string, flags: readonly string[]) => Promise<ClientAnswer>;

const kubectl = async (args: readonly string[], object?: object): Promise<ClientAnswer> => {
  const input = object === undefined ? {} : { stdin: JSON.stringify(object) };
  return answerOfKubectl(await governed.plane.kubectl('rl', args, input));
};
const patchBy =
  (type: string, patch: unknown): Way =>
  (name, flags) =>
    kubectl(['patch', 'hpa', name, `--type=${type}`, '-p', JSON.stringify(patch), ...flags]);
const spec = { maxReplicas: 500 };
const queryOf = (flags: readonly string[]): Record<string, string> =>
  flags.length > 0 ? { dryRun: 'All' } : {};

const updates: readonly (readonly [string, Way])[] = [
  ['kubectl apply', (name, flags) => kubectl(['apply', '-f', '-', ...flags], hpaOf(name, spec))],
  [
    'kubectl apply --server-side',
    (name, flags) =>
      kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-', ...flags], hpaOf(name, spec)),
  ],
  ['kubectl replace', (name, flags) => kubectl(['replace', '-f', '-', ...flags], hpaOf(name, spec))],
  ['a merge patch', patchBy('merge', { spec })],
  ['a strategic patch', patchBy('strategic', { spec })],
  ['a JSON patch', patchBy('json', [{ op: 'replace', path: '/spec/maxReplicas', value: 500 }])],
  [
    'PUT without a version',
    async (name, flags) =>
      answerOfRest(
        await governed.plane
          .api('rl')
          .request('PUT', `${v2}/${name}`, hpaOf(name, spec), { query: queryOf(flags) }),
      ),
  ],
  [
    'autoscaling/v1',
    async (name, flags) =>
      answerOfRest(
        await governed.plane.api('rl').request('PATCH', `${v1}/${name}`, { spec }, { query: queryOf(flags) }),
      ),
  ],
];

const warningOf = (id: string | undefined): string =>
  `flyball ${id}: hpa.maxReplicas 500 -> 50: range of bounds`;

function expectOneClamp(answer: ClientAnswer, expected: object): void {
  const [record] = governed.records;
  expect(governed.records).toMatchObject([{ outcome: 'clamp', seen: 'mutate+validate', ...expected }]);
  const clamped = record?.verdicts.filter(({ outcome }) => outcome === 'clamp');
  expect(clamped).toMatchObject([{ parameter: 'hpa.maxReplicas', determining: ['bounds#guards[0]/range'] }]);
  const warnings = answer.warnings.filter((warning) => warning.startsWith('flyball'));
  expect([answer.refusal, warnings]).toEqual([undefined, [warningOf(record?.id)]]);
}

describe('an update', () => {
  it.each(updates)('by %s is clamped', async (way, ask) => {
    const name = way.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
    await make(v2, hpaOf(name));
    governed.records.length = 0;
    expectOneClamp(await ask(name, []), { operation: 'UPDATE', dryRun: false, target: { name } });
    expect((await storedHpa(name))?.spec).toEqual(hpaOf(name, { maxReplicas: 50 }).spec);
  });

  it.each(updates)('by %s, as a dry run, is decided alike and stored never', async (way, ask) => {
    const name = `dry-${way.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`;
    await make(v2, hpaOf(name));
    const before = await storedHpa(name);
    governed.records.length = 0;
    expectOneClamp(await ask(name, ['--dry-run=server']), { operation: 'UPDATE', dryRun: true });
    expect(await storedHpa(name)).toEqual(before);
  });
});

describe('a new object', () => {
  it('is clamped', async () => {
    expectOneClamp(await kubectl(['create', '-f', '-'], hpaOf('created', spec)), { operation: 'CREATE' });
    expect((await storedHpa('created'))?.spec.maxReplicas).toBe(50);
  });

  it('by kubectl autoscale is clamped', async () => {
    await make(paths.deployments('default'), deploymentOf('auto'));
    const answer = await kubectl(['autoscale', 'deployment', 'auto', '--min=2', '--max=500', '--cpu=50%']);
    expectOneClamp(answer, { operation: 'CREATE' });
    expect((await storedHpa('auto'))?.spec.maxReplicas).toBe(50);
  });

  it('with a generated name is clamped and recorded by that name', async () => {
    const { metadata: _, ...rest } = hpaOf('', spec);
    const answer = await governed.plane
      .api('rl')
      .request<Stored>('POST', v2, { ...rest, metadata: { generateName: 'made-' } });
    const { name } = answer.body.metadata;
    expect(name).toMatch(/^made-.+/);
    expectOneClamp({ warnings: answer.warnings, shown: '' }, { operation: 'CREATE', target: { name } });
    expect((await storedHpa(name))?.spec.maxReplicas).toBe(50);
  });

  it('as a dry run is decided alike and stored never', async () => {
    const answer = await kubectl(['create', '--dry-run=server', '-f', '-'], hpaOf('dry', spec));
    expectOneClamp(answer, { operation: 'CREATE', dryRun: true });
    expect(await storedHpa('dry')).toBeUndefined();
  });
});

describe('a standing proposal', () => {
  it('that is clamped to what is stored is told each time, and recorded once, at once', async () => {
    await make(v2, hpaOf('standing'));
    const ask = () =>
      kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], hpaOf('standing', spec));
    await ask();
    const before = await storedHpa('standing');
    governed.records.length = 0;
    for (let sync = 0; sync < 3; sync += 1) {
      const { warnings } = await ask();
      expect(warnings).toEqual([warningOf(governed.records[0]?.id)]);
    }
    // The API server sees no change in what is left of the request, and does not call /validate.
    expect(governed.records).toMatchObject([{ outcome: 'clamp', allowed: true, seen: 'mutate' }]);
    expect(governed.records[0]?.verdicts).toMatchObject([{ current: '50', requested: '500', granted: '50' }]);
    expect(await storedHpa('standing')).toEqual(before);
  });
});

describe('two versions of one kind', () => {
  it('targetCPUUtilizationPercentage of v1 is the CPU target of v2', async () => {
    await make(v2, hpaOf('versions'));
    const old = await patchAs('rl', `${v1}/versions`, { spec: { targetCPUUtilizationPercentage: 99 } });
    expect(old.body.spec).toMatchObject({ targetCPUUtilizationPercentage: 80 });
    expect(old.warnings).toEqual([
      expect.stringMatching(
        /^flyball d-\w+: hpa.metrics.cpu.averageUtilization 99% -> 80%: range of bounds$/,
      ),
    ]);
    const metrics = [metricOf('memory', 70), metricOf('cpu', 10)];
    const now = await patchAs('rl', `${v2}/versions`, { spec: { metrics } });
    expect(now.body.spec).toMatchObject({ metrics: [metricOf('memory', 70), metricOf('cpu', 30)] });
  });
});
