/** A real agent's CPU targets, minute by minute, through the rules that policies/rl-hpa-target is made of. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Change } from '../../../src/core/change.ts';
import { decide } from '../../../src/core/decide.ts';
import type { Guard, Rule } from '../../../src/core/guard.ts';
import { directionOf, type History, type Movement, noHistory } from '../../../src/core/history.ts';
import type { Parameter } from '../../../src/core/parameter.ts';
import { distance } from '../../../src/core/project.ts';
import { rulesOf } from '../../../src/policy/compile-rules.ts';
import { loadFolder } from '../../../src/policy/load.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const shared = process.env['FLYBALL_SHARED'] ?? join(root, '..', 'shared');
const trace = join(shared, 'traces', 'rl-hpa-target-single-lstm.csv');
const folder = join(root, 'policies', 'rl-hpa-target');
const minute = 60_000;
const agent = { user: 'system:serviceaccount:optimizers:rl-hpa-target', groups: [] };
const target = {
  group: 'autoscaling',
  kind: 'HorizontalPodAutoscaler',
  namespace: 'shop',
  name: 'web',
  subresource: '',
};

describe.skipIf(!existsSync(trace))(`the trace (skipped where ${trace} is absent)`, () => {
  const asked = readTargets();

  it('is what its description says', () => {
    expect(summarize(asked, replay([], asked))).toMatchObject({
      variation: 2280n,
      changes: 114,
      reversals: 113,
    });
  });

  it('is calmed by the policy to a sixth, and each rule alone does less', () => {
    const rows = [['nothing', []] as const, ...singleRules(), ['all of them', allRules()] as const];
    const results = rows.map(([name, guards]) => ({ name, ...summarize(asked, replay(guards, asked)) }));
    const table = formatTable(results);
    console.log(table);
    const all = results.at(-1);
    expect(all && all.variation <= 360n && all.reversals <= 17).toBe(true);
    for (const { variation, reversals } of results.slice(0, -1)) {
      expect(all && all.variation <= variation).toBe(true);
      expect(all && all.reversals <= reversals).toBe(true);
    }
    expect(readFileSync(join(folder, 'README.md'), 'utf8')).toContain(table);
  });

  it('is bounded in every window, not only from the start of one', () => {
    const movements = replay(allRules(), asked);
    for (const { at: end } of movements) {
      const window = (minutes: number): readonly Movement[] =>
        movements.filter(({ at }) => at <= end && at > end - minutes * minute);
      expect(variationOf(window(30)) <= 40n).toBe(true);
      expect(reversalsOf(movements, ({ at }) => at <= end && at > end - 60 * minute)).toBeLessThanOrEqual(2);
    }
  });
});

function readTargets(): readonly bigint[] {
  const [head = '', ...lines] = readFileSync(trace, 'utf8').trim().split('\n');
  const column = head.split(',').indexOf('HPA_Target');
  return lines.map((line) => BigInt(line.split(',')[column] ?? ''));
}

/** As the agent would patch it: what is granted lands at once. */
function replay(guards: readonly Guard[], asked: readonly bigint[]): readonly Movement[] {
  let current = asked[0] ?? 0n;
  let history: History = noHistory;
  for (const [index, requested] of asked.entries()) {
    const now = index * minute;
    const granted = grant(guards, { current, requested }, { now, history });
    const proposals = [...history.proposals, { at: now, requested, actor: agent.user }];
    const moved = granted === current ? [] : [{ at: now, from: current, to: granted, actor: agent.user }];
    history = { movements: [...history.movements, ...moved], proposals };
    current = granted;
  }
  return history.movements;
}

function grant(
  guards: readonly Guard[],
  values: { readonly current: bigint; readonly requested: bigint },
  { now, history }: { readonly now: number; readonly history: History },
): bigint {
  const parameter: Parameter = {
    name: 'hpa.metrics.cpu.averageUtilization',
    type: 'percent',
    path: '/spec/metrics/0/resource/target/averageUtilization',
    notation: 'number',
    quantum: 1n,
    capacity: 'less',
    integration: 'parametric',
    ...values,
  };
  const change: Change = {
    target,
    actor: agent,
    operation: 'UPDATE',
    dryRun: false,
    parameters: [parameter],
  };
  const facts = { now, change, object: {}, oldObject: {}, labels: new Map(), readHistory: () => history };
  const decision = decide(guards, [], facts);
  expect(decision.errors).toEqual([]);
  const granted = decision.verdicts[0]?.granted ?? values.current;
  if (typeof granted !== 'bigint') throw new Error('a number expected');
  return granted;
}

/** As the webhook would select them. */
function allRules(): readonly Guard[] {
  const { set, problems } = loadFolder(folder);
  if (set === undefined) throw new Error(JSON.stringify(problems));
  const labels = (): ReadonlyMap<string, string> => new Map();
  const query = {
    ...target,
    actor: agent,
    operation: 'UPDATE',
    now: 0,
    readNamespaceLabels: labels,
  } as const;
  return set.select({ ...query, readLabels: () => [labels()] }).guards;
}

function singleRules(): (readonly [name: string, guards: readonly Guard[]])[] {
  const [policy] = loadFolder(folder).policies;
  const [entry] = policy?.plans[0]?.entries ?? [];
  if (entry === undefined) throw new Error('the policy has no guard');
  return [...rulesOf(entry.parts)].map(([name, rule]) => [`${name} alone`, [guardOf(rule)]] as const);
}

function guardOf(rule: Rule): Guard {
  const source = { policy: 'p', position: 'guards[0]', mode: 'Enforce', response: 'clamp' } as const;
  return { ...source, failurePolicy: 'Fail', parameters: ['*'], rules: [rule], relations: [] };
}

interface Summary {
  readonly variation: bigint;
  readonly changes: number;
  readonly reversals: number;
  readonly distance: number;
}

function summarize(asked: readonly bigint[], movements: readonly Movement[]): Summary {
  const reversals = reversalsOf(movements, () => true);
  const away = asked.reduce((sum, value, index) => {
    const last = movements.findLast(({ at }) => at <= index * minute)?.to;
    return sum + distance(value, typeof last === 'bigint' ? last : (asked[0] ?? 0n));
  }, 0n);
  return {
    variation: variationOf(movements),
    changes: movements.length,
    reversals,
    distance: Number(away) / asked.length,
  };
}

function variationOf(movements: readonly Movement[]): bigint {
  return movements.reduce((sum, { from, to }) => sum + distance(from as bigint, to as bigint), 0n);
}

/** Of those that count; what came before them still has a direction. */
function reversalsOf(movements: readonly Movement[], counts: (movement: Movement) => boolean): number {
  return movements.filter((movement, index) => {
    const before = movements[index - 1];
    const isTurn =
      before !== undefined && directionOf(before.from, before.to) !== directionOf(movement.from, movement.to);
    return isTurn && counts(movement);
  }).length;
}

function formatTable(results: readonly (Summary & { readonly name: string })[]): string {
  const rows = results.map(({ name, variation, changes, reversals, distance: away }) =>
    [name, `${variation}`, `${changes}`, `${reversals}`, away.toFixed(1)].join(' | '),
  );
  const head = '| rule | total variation | changes | reversals | distance |\n|---|---|---|---|---|\n';
  return head + rows.map((row) => `| ${row} |`).join('\n');
}
