/** Bounds in time that bound nothing, or more than anybody means. */
import type { Definition } from '../../catalogue/kind.ts';
import { resourceQuantum } from '../../catalogue/survey.ts';
import { formatDuration } from '../../core/duration.ts';
import { formatValue } from '../../core/parameter.ts';
import type { CompiledPolicy } from '../compile.ts';
import type { EntrySubject, RuleEntry } from '../compile-guard.ts';
import type { RuleParts } from '../compile-rules.ts';
import type { LintFinding } from './finding.ts';

type Told = Pick<LintFinding, 'code' | 'why'> & { readonly rule: keyof RuleParts; readonly fix: string };

export function lintDynamics({ source, plans }: CompiledPolicy): LintFinding[] {
  return plans.flatMap(({ path, entries }) =>
    entries.flatMap((entry) =>
      [...lintRate(entry), ...lintCooldown(entry), ...lintReversal(entry)].map(
        ({ rule, ...finding }): LintFinding => ({ source, path: [...path, rule], ...finding }),
      ),
    ),
  );
}

/** A sum that not even the smallest step of the grid fits. */
function lintRate({ parts, subjects }: RuleEntry): Told[] {
  const change = parts.rate?.change;
  if (change === undefined) return [];
  const stuck = subjects.flatMap((subject) => stuckIn(subject, change));
  return stuck.map((why) => ({ rule: 'rate', code: 'NoMovement', why, fix: 'give a larger `change`' }));
}

function stuckIn({ pattern, definitions }: EntrySubject, change: bigint): string[] {
  return definitions
    .filter((definition) => change < quantumOf(definition, pattern))
    .map((definition) => {
      const notation = definition.type === 'quantity' ? 'DecimalSI' : 'number';
      const shown = (units: bigint): string => formatValue(units, { type: definition.type, notation });
      return `\`${pattern}\` moves by ${shown(quantumOf(definition, pattern))} at the least, and \`change\` is ${shown(change)}`;
    });
}

/** The grid of granted values; of a resource, its own. */
function quantumOf({ name, type }: Definition, pattern: string): bigint {
  if (type === 'duration') return 1000n;
  if (type !== 'quantity') return 1n;
  return resourceQuantum(pattern.endsWith(']') ? pattern.slice(pattern.lastIndexOf('[') + 1, -1) : name);
}

/** Where every movement rests so long, the window never holds two. */
function lintCooldown({ parts: { rate, cooldown } }: RuleEntry): Told[] {
  const { increase, decrease } = cooldown ?? {};
  if (rate === undefined || increase === undefined || decrease === undefined) return [];
  const rest = Math.min(increase, decrease);
  if (rest < rate.within) return [];
  const why = `the value rests ${formatDuration(rest)} after each movement, so that ${formatDuration(rate.within)} never hold two`;
  const fix = 'take `rate` out, bound one change by `step`, or give a longer `within`';
  return [{ rule: 'rate', code: 'Shadowed', why, fix }];
}

function lintReversal({ parts: { reversal } }: RuleEntry): Told[] {
  if (reversal?.max !== 0) return [];
  const why = '`max: 0` lets a value move in one direction only, and never come back';
  return [{ rule: 'reversal', code: 'NoWayBack', why, fix: 'give `max: 1` at the least' }];
}
