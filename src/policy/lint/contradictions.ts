/** Policies that leave no value between them, and namespaced ones that seem to loosen what the platform sets. */
import { covers } from '../../core/parameter.ts';
import type { CompiledPolicy } from '../compile.ts';
import type { LintFinding } from './finding.ts';
import { areDisjoint, containsLimit, type LiteralLimit, literalLimits } from './literal-limits.ts';
import { mayOverlap } from './overlap.ts';

export function lintContradictions({
  policies,
}: {
  readonly policies: readonly CompiledPolicy[];
}): LintFinding[] {
  const byName = new Map<string, LiteralLimit[]>();
  for (const policy of policies) {
    if (policy.mode !== 'Enforce') continue;
    for (const limit of literalLimits(policy)) {
      const known = byName.get(limit.bare) ?? [];
      known.push(limit);
      byName.set(limit.bare, known);
    }
  }
  return [...byName.values()].flatMap(lintPairs);
}

function lintPairs(limits: readonly LiteralLimit[]): LintFinding[] {
  return limits.flatMap((limit, index) =>
    limits.slice(0, index).flatMap((other) => {
      if (limit.rule !== other.rule || !sharesParameter(limit, other)) return [];
      if (areDisjoint(limit, other))
        return mayOverlap(limit.policy, other.policy) ? [contradiction(limit, other)] : [];
      return [...widening(limit, other), ...widening(other, limit)];
    }),
  );
}

function sharesParameter(a: LiteralLimit, b: LiteralLimit): boolean {
  return a.pattern === b.pattern || covers(a.pattern, b.pattern) || covers(b.pattern, a.pattern);
}

function contradiction(limit: LiteralLimit, other: LiteralLimit): LintFinding {
  const place = `${other.plan.position} of \`${other.policy.id}\``;
  return {
    source: limit.policy.source,
    code: 'Contradiction',
    path: limit.at,
    why: `\`${limit.pattern}\`: no value is admitted by both this and ${place}, so that only the current one is`,
    fix: 'let the two overlap, or match different requests',
  };
}

/** A tenant may write it, but it does nothing beyond what the platform allows. */
function widening(tenant: LiteralLimit, platform: LiteralLimit): LintFinding[] {
  if (tenant.policy.namespace === undefined || platform.policy.namespace !== undefined) return [];
  if (!tenant.isExact || containsLimit(platform, tenant) || !mayOverlap(tenant.policy, platform.policy))
    return [];
  const why = `\`${tenant.pattern}\`: cluster policy \`${platform.policy.id}\` is tighter, and stays in force`;
  return [{ source: tenant.policy.source, code: 'WiderThanCluster', path: tenant.at, why }];
}
