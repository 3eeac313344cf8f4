import { describe, expect, it } from 'vitest';
import { summable, summedKind } from '../../../src/catalogue/summable.ts';
import type { Member } from '../../../src/core/facts.ts';
import { watchedKinds } from '../../../src/kubernetes/objects.ts';
import { runSteps } from '../../../src/policy/cases/run.ts';
import type { CaseSpec } from '../../../src/policy/schema.ts';
import {
  decideBy,
  factsOf,
  faultsOf,
  grant,
  lintOf,
  loadText,
  parameterOf,
  policy,
  setOf,
} from './sample.ts';

const at = 'spec.budgets[0]';
const some = '{name: b, sum: {parameter: hpa.maxReplicas}, max: 40}';

function withBudget(budget: string, of: Parameters<typeof policy>[0] = {}): string {
  return policy({ ...of, spec: `budgets: [${budget}]` });
}

const held = (...members: readonly [string, string, bigint][]) => ({
  readMembers: ({ isCounted }: { isCounted: (namespace: string) => boolean }): Member[] =>
    members
      .map(([namespace, name, value]) => ({ namespace, name, value }))
      .filter(({ namespace }) => isCounted(namespace)),
});

describe('a budget that makes no sense', () => {
  it.each([
    [
      '{name: b, sum: {parameter: hpa.maxReplica}, max: 40}',
      `UnknownParameter ${at}.sum.parameter: \`hpa.maxReplica\` is not a parameter (fix: did you mean \`hpa.maxReplicas\`?)`,
    ],
    [
      '{name: b, sum: {parameter: "hpa.*"}, max: 40}',
      `WrongRule ${at}.sum.parameter: \`hpa.*\` is nothing that is added up (fix: use one of \`hpa.minReplicas\`, \`hpa.maxReplicas\`, \`deployment.replicas\`, \`statefulset.replicas\`, \`quota.hard\`)`,
    ],
    [
      '{name: b, sum: {parameter: quota.hard}, max: 40}',
      `WrongValue ${at}.sum.parameter: \`quota.hard\` is not one value of one object (fix: name one, such as \`quota.hard[requests.cpu]\`)`,
    ],
    [
      '{name: b, sum: {parameter: "hpa.maxReplicas[x]"}, max: 40}',
      `WrongValue ${at}.sum.parameter: \`hpa.maxReplicas[x]\` is not one value of one object (fix: use \`hpa.maxReplicas\`)`,
    ],
    ['{name: b, sum: {parameter: hpa.maxReplicas}, max: -1}', `WrongLiteral ${at}.max: must not be negative`],
    [
      '{name: b, sum: {parameter: hpa.maxReplicas}, max: many}',
      `WrongLiteral ${at}.max: \`many\` is no value of \`hpa.maxReplicas\`, which is an integer, such as 4`,
    ],
    [
      '{name: b, sum: {parameter: hpa.maxReplicas}, over: {namespaces: ["a*b"]}, max: 4}',
      `WrongValue ${at}.over.namespaces: \`a*b\` has a \`*\` that is not at its end`,
    ],
    [`${some}, ${some}`, 'DuplicateName spec.budgets[1].name: `b` is defined twice'],
  ])('%s', (budget, expected) => {
    expect(faultsOf(withBudget(budget))).toEqual([expected]);
  });

  it('does not reach beyond its own namespace', () => {
    const wide = '{name: b, sum: {parameter: hpa.maxReplicas}, over: {namespaces: [shop, bank]}, max: 40}';
    expect(faultsOf(withBudget(wide, { namespace: 'shop' }))).toEqual([
      `WrongValue ${at}.over.namespaces: a GuardrailPolicy adds up its own namespace \`shop\` alone (fix: use a ClusterGuardrailPolicy)`,
    ]);
  });

  it('does not guess whose objects a namespaceSelector means', () => {
    const match = 'namespaceSelector: {matchLabels: {team: a}}';
    expect(faultsOf(withBudget(some, { match }))).toEqual([
      `MissingField ${at}: \`over\` is missing: a namespaceSelector does not say whose objects count`,
    ]);
  });

  it('is said to bound nothing where its kind is not matched', () => {
    expect(lintOf(withBudget(some))).toEqual([]);
    const deployments = '[{group: apps, kind: Deployment}]';
    const guards = ['{parameter: deployment.replicas, range: {max: 9}}'];
    const text = withBudget(some, { resources: deployments, guards });
    expect(lintOf(text).map((line) => line.replace(/ \d+:\d+:/, ''))).toEqual([
      `MatchesNothing ${at}.sum.parameter: no kind that the policy matches has \`hpa.maxReplicas\` (fix: add its kind to \`match.resources\`)`,
    ]);
  });
});

describe('a budget in force', () => {
  const guards = ['{parameter: hpa.minReplicas, range: {max: 99}}'];
  const ask = { current: 5n, requested: 50n };

  it.each([
    ['of its own namespace', { namespace: 'shop' }, some, 'clamp 32'],
    [
      'of its own namespace, named',
      { namespace: 'shop' },
      `{name: b, sum: {parameter: hpa.maxReplicas}, over: {namespaces: [shop]}, max: 40}`,
      'clamp 32',
    ],
    ['of the namespaces that it matches', { match: 'namespaces: [shop]' }, some, 'clamp 32'],
    ['of all namespaces', {}, some, 'clamp 23'],
    [
      'of those that it names',
      {},
      `{name: b, sum: {parameter: hpa.maxReplicas}, over: {namespaces: ["sh*", none]}, max: 40}`,
      'clamp 32',
    ],
    [
      'by another answer',
      { namespace: 'shop' },
      '{name: b, sum: {parameter: hpa.maxReplicas}, max: 40, onViolation: Deny}',
      'deny 32',
    ],
    [
      'that it does not count',
      {},
      '{name: b, sum: {parameter: hpa.maxReplicas}, over: {namespaces: [bank]}, max: 40}',
      'admit 50',
    ],
  ])('bounds the objects %s', (_, of, budget, expected) => {
    const set = setOf(withBudget(budget, { guards, ...of }));
    expect(grant(set, ask, held(['shop', 'cart', 8n], ['bank', 'web', 9n]))).toBe(expected);
  });

  it('needs no guards beside it', () => {
    const text = policy().replace(/ {2}guards:\n.*/, `  budgets: [${some}]`);
    expect(grant(setOf(text), ask, held(['shop', 'cart', 30n]))).toBe('clamp 10');
  });

  it('is exact in quantities, and its edge has a name', () => {
    const text = withBudget('{name: cpu, sum: {parameter: "quota.hard[requests.cpu]"}, max: "10500m"}', {
      resources: '[{group: "", kind: ResourceQuota}]',
      guards: ['{parameter: quota.hard, range: {max: 99}}'],
    });
    const parameter = parameterOf({
      name: 'quota.hard[requests.cpu]',
      type: 'quantity',
      notation: 'DecimalSI',
      quantum: 1_000_000n,
      current: 1_000_000_000n,
      requested: 9_000_000_000n,
    });
    const facts = factsOf([parameter], held(['shop', 'cart', 7_300_000_000n]));
    const { target } = facts.change;
    const change = { ...facts.change, target: { ...target, group: '', kind: 'ResourceQuota' } };
    const { verdicts } = decideBy(setOf(text), { ...facts, change });
    expect(verdicts.map(({ granted, determining }) => [granted, determining.map(({ id }) => id)])).toEqual([
      [3_200_000_000n, ['p#budgets[0]/budget']],
    ]);
  });
});

describe('a case', () => {
  const { set, policies } = loadText(withBudget(some, { namespace: 'shop' }));
  const run = (others: CaseSpec['others'], more: Partial<CaseSpec> = {}): string[] => {
    if (set === undefined) throw new Error('the policy is not valid');
    const spec: CaseSpec = {
      name: 'n',
      given: { 'hpa.maxReplicas': 5 },
      propose: { 'hpa.maxReplicas': 9 },
      expect: { verdict: 'clamp', granted: { 'hpa.maxReplicas': 7 }, determining: [{ rule: 'budget' }] },
      ...(others === undefined ? {} : { others }),
      ...more,
    };
    return runSteps(spec, { set, policies }).differences.map(({ what }) => what);
  };
  const cart = { name: 'cart', values: { 'hpa.maxReplicas': 33 } };

  it('says what others hold', () => {
    expect(run([cart])).toEqual([]);
    expect(run([{ ...cart, namespace: 'bank' }])).toContain('verdict');
    expect(run([{ name: 'cart', values: { 'hpa.minReplicas': 33 } }])).toContain('verdict');
    expect(run(undefined)).toContain('verdict');
  });

  it('names a value that is none', () => {
    expect(() => run([{ name: 'cart', values: { 'hpa.maxReplicas': 'many' } }])).toThrow('no value of');
  });

  it('that expects a budget of policies without one is wrong', () => {
    const loaded = loadText(policy({ namespace: 'shop' }));
    if (loaded.set === undefined) throw new Error('the policy is not valid');
    const spec: CaseSpec = {
      name: 'n',
      propose: { 'hpa.maxReplicas': 90 },
      expect: { verdict: 'clamp', determining: [{ rule: 'budget' }] },
    };
    const inForce = { set: loaded.set, policies: loaded.policies };
    expect(() => runSteps(spec, inForce)).toThrow('no policy has a rule `budget`');
  });
});

it('adds up only what is followed', () => {
  const followed = watchedKinds.map(({ kind }) => kind);
  expect(summable.length).toBe(5);
  for (const { name } of summable) expect(followed).toContain(summedKind(name)?.kind);
});
