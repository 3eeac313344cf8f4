/** What came out against what was expected: each difference on its own, in words that can stand side by side. */

import { parseLiteral } from '../../catalogue/literal.ts';
import { type Decision, opensAt } from '../../core/decide.ts';
import { formatDuration, parseDuration } from '../../core/duration.ts';
import type { AppliedLimit, RuleName } from '../../core/limit.ts';
import { covers, formatValue } from '../../core/parameter.ts';
import type { CompiledPolicy } from '../compile.ts';
import { partNames } from '../compile-rules.ts';
import type { Finding } from '../problem.ts';
import type { Expectation } from '../schema.ts';
import { suggest } from '../suggest.ts';

export interface Difference {
  /** `verdict`, `granted.hpa.maxReplicas`, `determining[0]`. */
  readonly what: string;
  readonly expected: string;
  readonly actual: string;
}

type Determining = NonNullable<Expectation['determining']>[number];

/** What `opensAt` says where time alone changes nothing. */
const never = 'never';

/** Those that a guard's parts make, and the two that are made of more than one parameter or object. */
const ruleNames: readonly RuleName[] = [...partNames, 'relation', 'budget'];

/** A case that names a rule, a policy or a parameter which does not exist cannot fail: it is wrong. */
export function checkExpectation(
  expect: Expectation,
  policies: readonly CompiledPolicy[],
  decision: Decision,
): Finding | undefined {
  const names = Object.keys(expect.granted ?? {});
  return (
    checkOpening(expect) ??
    firstOf(expect.determining ?? [], (wanted, index) =>
      checkDetermining(wanted, policies, { decision, index }),
    ) ??
    firstOf(names, (name) => checkParameter(name, decision, ['expect', 'granted', name]))
  );
}

function firstOf<T>(
  items: readonly T[],
  check: (item: T, index: number) => Finding | undefined,
): Finding | undefined {
  for (const [index, item] of items.entries()) {
    const found = check(item, index);
    if (found !== undefined) return found;
  }
  return undefined;
}

function checkOpening({ opensAt: text = never }: Expectation): Finding | undefined {
  const parsed = parseDuration(text);
  if (parsed.ok || text === never) return undefined;
  return { code: 'WrongCase', path: ['expect', 'opensAt'], why: parsed.error };
}

function checkDetermining(
  { rule, policy, parameter }: Determining,
  policies: readonly CompiledPolicy[],
  { decision, index }: { readonly decision: Decision; readonly index: number },
): Finding | undefined {
  const ids = policies.map(({ id }) => id);
  const at = (field: string) => ['expect', 'determining', index, field];
  if (!ruleNames.some((name) => name === rule)) return missing(at('rule'), 'rule', rule, ruleNames);
  if (policy !== undefined && !ids.includes(policy)) return missing(at('policy'), 'policy', policy, ids);
  if (!policies.some((one) => hasRule(one, rule)))
    return { code: 'WrongCase', path: at('rule'), why: `no policy has a rule \`${rule}\`` };
  return parameter === undefined ? undefined : checkParameter(parameter, decision, at('parameter'));
}

function checkParameter(name: string, { change }: Decision, path: Finding['path']): Finding | undefined {
  const names = change.parameters.map((parameter) => parameter.name);
  return names.includes(name) ? undefined : missing(path, 'parameter of the request', name, names);
}

function missing(path: Finding['path'], what: string, name: string, known: readonly string[]): Finding {
  const fix = suggest(name, known);
  return {
    code: 'WrongCase',
    path,
    why: `there is no ${what} \`${name}\``,
    ...(fix === undefined ? {} : { fix }),
  };
}

function hasRule({ plans, budgets }: CompiledPolicy, rule: string): boolean {
  if (rule === 'budget') return budgets.length > 0;
  return plans.some(({ entries, relations }) =>
    rule === 'relation' ? relations.length > 0 : entries.some(({ parts }) => Object.hasOwn(parts, rule)),
  );
}

/** `start`: the beginning of the case, in milliseconds since the epoch. */
export function compareDecision(
  expect: Expectation,
  decision: Decision,
  start: number,
): readonly Difference[] {
  const verdict =
    expect.verdict === decision.outcome
      ? []
      : [{ what: 'verdict', expected: expect.verdict, actual: decision.outcome }];
  return [
    ...verdict,
    ...Object.entries(expect.granted ?? {}).flatMap(([name, value]) => compareGranted(name, value, decision)),
    ...(expect.determining ?? []).flatMap((wanted, index) => compareDetermining(wanted, index, decision)),
    ...compareOpening(expect.opensAt, decision, start),
  ];
}

function compareOpening(expected: string | undefined, decision: Decision, start: number): Difference[] {
  if (expected === undefined) return [];
  const at = opensAt(decision);
  const actual = at === undefined ? never : formatDuration(at - start);
  const parsed = parseDuration(expected);
  const isSame = expected === never ? at === undefined : parsed.ok && at === start + parsed.value;
  return isSame ? [] : [{ what: 'opensAt', expected, actual }];
}

/** What the request leaves alone is granted as it is. */
function compareGranted(
  name: string,
  expected: number | string,
  { change, verdicts }: Decision,
): Difference[] {
  const named = change.parameters.filter((one) => one.name === name);
  return named.flatMap((parameter): Difference[] => {
    const verdict = verdicts.find((one) => one.parameter.name === name);
    const granted = verdict === undefined ? parameter.current : verdict.granted;
    const wanted = parseLiteral(parameter, expected);
    const shown = wanted.ok ? formatValue(wanted.value, parameter) : String(expected);
    const actual = formatValue(granted, parameter);
    const isSame = wanted.ok ? wanted.value === granted : shown === actual;
    return isSame ? [] : [{ what: `granted.${name}`, expected: shown, actual }];
  });
}

function compareDetermining(wanted: Determining, index: number, { verdicts }: Decision): Difference[] {
  const found = verdicts.flatMap(({ parameter, determining }) =>
    determining.map((limit) => ({ name: parameter.name, limit })),
  );
  if (found.some(({ name, limit }) => isWanted(wanted, name, limit))) return [];
  const actual = found.map(
    ({ name, limit }) => `${limit.rule} ${limit.reason} of ${limit.policy} on ${name}`,
  );
  const expected = [
    wanted.rule,
    ...(wanted.reason === undefined ? [] : [wanted.reason]),
    ...(wanted.policy === undefined ? [] : [`of ${wanted.policy}`]),
    ...(wanted.parameter === undefined ? [] : [`on ${wanted.parameter}`]),
  ];
  return [
    { what: `determining[${index}]`, expected: expected.join(' '), actual: actual.join('; ') || 'nothing' },
  ];
}

function isWanted(wanted: Determining, name: string, { rule, reason, policy }: AppliedLimit): boolean {
  return (
    wanted.rule === rule &&
    (wanted.reason ?? reason) === reason &&
    (wanted.policy ?? policy) === policy &&
    (wanted.parameter === undefined || covers(wanted.parameter, name))
  );
}
