/** The rules that read history: amounts in smallest units, durations in milliseconds. */

import type { Definition } from '../catalogue/kind.ts';
import { parseAmount } from '../catalogue/literal.ts';
import { parseDuration } from '../core/duration.ts';
import type { CooldownSpec } from '../core/rules/cooldown.ts';
import type { PersistenceSpec } from '../core/rules/persistence.ts';
import type { RateSpec } from '../core/rules/rate.ts';
import type { ReversalSpec } from '../core/rules/reversal.ts';
import type { Finding, Path, ProblemCode } from './problem.ts';
import type { RuleSpecs } from './schema.ts';

export interface DynamicsParts {
  readonly rate?: RateSpec;
  readonly cooldown?: CooldownSpec;
  readonly reversal?: ReversalSpec;
  readonly persistence?: PersistenceSpec;
}

/** History is kept so long: a longer window could not be exact. */
const longestMilliseconds = 7 * 86_400_000;
const defaultSpacingMilliseconds = 10_000;

interface Compiling {
  /** Undefined under a pattern such as `hpa.*`. */
  readonly definition: Definition | undefined;
  readonly path: Path;
  readonly findings: Finding[];
}

/** What is wrong goes to `findings`; a rule that has such a finding is left out. */
export function compileDynamics(specs: RuleSpecs, context: Compiling): DynamicsParts {
  refuseDirections(specs, context);
  const rate = specs.rate && compileRate(specs.rate, context);
  const cooldown = specs.cooldown && compileCooldown(specs.cooldown, context);
  const reversal = specs.reversal && compileReversal(specs.reversal, context);
  const persistence = specs.persistence && compilePersistence(specs.persistence, context);
  return {
    ...(rate && { rate }),
    ...(cooldown && { cooldown }),
    ...(reversal && { reversal }),
    ...(persistence && { persistence }),
  };
}

function refuseDirections(specs: RuleSpecs, context: Compiling): void {
  if (context.definition?.type !== 'choice') return;
  const fix = 'use `rate: {changes: 1, within: ...}`, or `persistence`';
  for (const rule of ['cooldown', 'reversal'] as const)
    if (specs[rule] !== undefined)
      report(context, [rule], {
        code: 'WrongRule',
        why: `does not apply to \`${context.definition.name}\`, which is a choice and has no direction`,
        fix,
      });
}

function compileRate(spec: NonNullable<RuleSpecs['rate']>, context: Compiling): RateSpec | undefined {
  const within = durationAt(spec.within, ['rate', 'within'], context);
  const change = changeAt(spec.change, context);
  if (spec.change === undefined && spec.changes === undefined)
    report(context, ['rate'], { code: 'MissingField', why: '`change` or `changes` is missing' });
  if (within === undefined) return undefined;
  return {
    within,
    ...(change === undefined ? {} : { change }),
    ...(spec.changes === undefined ? {} : { changes: spec.changes }),
    ...(spec.by === undefined ? {} : { by: spec.by }),
  };
}

function changeAt(value: unknown, context: Compiling): bigint | undefined {
  const { definition } = context;
  const at: Path = ['rate', 'change'];
  if (value === undefined) return undefined;
  if (definition === undefined || definition.type === 'choice') {
    const what = definition === undefined ? 'a pattern' : `\`${definition.name}\`, which is a choice`;
    report(context, at, { code: 'WrongRule', why: `does not apply to ${what}`, fix: 'use `changes`' });
    return undefined;
  }
  const parsed = parseAmount(definition, value);
  if (parsed.ok && parsed.value.kind === 'absolute') return parsed.value.units;
  const why = parsed.ok ? 'must be an amount: a share of a value that moves is no fixed sum' : parsed.error;
  report(context, at, { code: 'WrongLiteral', why });
  return undefined;
}

function compileCooldown(
  spec: NonNullable<RuleSpecs['cooldown']>,
  context: Compiling,
): CooldownSpec | undefined {
  const increase = durationAt(spec.increase, ['cooldown', 'increase'], context);
  const decrease = durationAt(spec.decrease, ['cooldown', 'decrease'], context);
  return {
    ...(increase === undefined ? {} : { increase }),
    ...(decrease === undefined ? {} : { decrease }),
  };
}

function compileReversal(
  { max, within: text }: NonNullable<RuleSpecs['reversal']>,
  context: Compiling,
): ReversalSpec | undefined {
  const within = durationAt(text, ['reversal', 'within'], context);
  return within === undefined ? undefined : { max, within };
}

function compilePersistence(
  spec: NonNullable<RuleSpecs['persistence']>,
  context: Compiling,
): PersistenceSpec | undefined {
  const at: Path = ['persistence'];
  const spacing = durationAt(spec.spacing, [...at, 'spacing'], context) ?? defaultSpacingMilliseconds;
  const duration = durationAt(spec.for, [...at, 'for'], context);
  if (spec.requests === undefined && spec.for === undefined)
    report(context, at, { code: 'MissingField', why: '`requests` or `for` is missing' });
  if (spec.requests !== undefined && spec.for !== undefined)
    report(context, at, {
      code: 'WrongValue',
      why: 'has both `requests` and `for`',
      fix: 'keep one of them',
    });
  if (spec.requests !== undefined) return { requests: spec.requests, spacing };
  return duration === undefined ? undefined : { for: duration, spacing };
}

function durationAt(text: string | undefined, at: Path, context: Compiling): number | undefined {
  if (text === undefined) return undefined;
  const parsed = parseDuration(text);
  if (!parsed.ok) report(context, at, { code: 'WrongSchedule', why: parsed.error });
  else if (parsed.value === 0 || parsed.value > longestMilliseconds)
    report(context, at, { code: 'WrongSchedule', why: 'must be longer than 0s, and at most 7d' });
  else return parsed.value;
  return undefined;
}

function report(
  { path, findings }: Compiling,
  at: Path,
  finding: { readonly code: ProblemCode; readonly why: string; readonly fix?: string },
): void {
  findings.push({ ...finding, path: [...path, ...at] });
}
