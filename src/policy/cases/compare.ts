/** What came out against what was expected: each difference on its own, in words that can stand side by side. */

import { parseLiteral } from '../../catalogue/literal.ts';
import type { Decision } from '../../core/decide.ts';
import type { AppliedLimit, RuleName } from '../../core/limit.ts';
import { covers, formatValue, type Parameter, type Value } from '../../core/parameter.ts';
import type { CompiledPolicy } from '../compile.ts';
import type { Finding } from '../problem.ts';
import type { CaseSpec } from '../schema.ts';
import { suggest } from '../suggest.ts';

export interface Difference {
  /** `verdict`, `granted.hpa.maxReplicas`, `determining[0]`. */
  readonly what: string;
  readonly expected: string;
  readonly actual: string;
}

type Determining = NonNullable<CaseSpec['expect']['determining']>[number];

const ruleNames: readonly RuleName[] = [
  'range',
  'step',
  'deadband',
  'drift',
  'choice',
  'ownership',
  'relation',
  'freeze',
];

/** A case that names a rule, a policy or a parameter which does not exist cannot fail: it is wrong. */
export function checkExpectation(
  { expect }: CaseSpec,
  policies: readonly CompiledPolicy[],
  decision: Decision,
): Finding | undefined {
  const ids = policies.map(({ id }) => id);
  for (const [index, { rule, policy, parameter }] of (expect.determining ?? []).entries()) {
    const at = (field: string) => ['expect', 'determining', index, field];
    if (!ruleNames.some((name) => name === rule)) return missing(at('rule'), 'rule', rule, ruleNames);
    if (policy !== undefined && !ids.includes(policy)) return missing(at('policy'), 'policy', policy, ids);
    if (!policies.some((one) => hasRule(one, rule)))
      return { code: 'WrongCase', path: at('rule'), why: `no policy has a rule \`${rule}\`` };
    if (parameter !== undefined) {
      const found = checkParameter(parameter, decision, at('parameter'));
      if (found !== undefined) return found;
    }
  }
  for (const name of Object.keys(expect.granted ?? {})) {
    const found = checkParameter(name, decision, ['expect', 'granted', name]);
    if (found !== undefined) return found;
  }
  return undefined;
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

function hasRule({ plans }: CompiledPolicy, rule: string): boolean {
  return plans.some(({ entries, relations }) =>
    rule === 'relation' ? relations.length > 0 : entries.some(({ parts }) => Object.hasOwn(parts, rule)),
  );
}

export function compareDecision({ expect }: CaseSpec, decision: Decision): readonly Difference[] {
  const verdict =
    expect.verdict === decision.outcome
      ? []
      : [{ what: 'verdict', expected: expect.verdict, actual: decision.outcome }];
  return [
    ...verdict,
    ...Object.entries(expect.granted ?? {}).flatMap(([name, value]) => compareGranted(name, value, decision)),
    ...(expect.determining ?? []).flatMap((wanted, index) => compareDetermining(wanted, index, decision)),
  ];
}

function compareGranted(name: string, expected: number | string, decision: Decision): Difference[] {
  const parameters = decision.change.parameters.filter((parameter) => parameter.name === name);
  return parameters.flatMap((parameter) => {
    const granted = grantedOf(parameter, decision);
    const wanted = parseLiteral(parameter, expected);
    const shown = wanted.ok ? formatValue(wanted.value, parameter) : String(expected);
    const actual = formatValue(granted, parameter);
    const isSame = wanted.ok ? wanted.value === granted : shown === actual;
    return isSame ? [] : [{ what: `granted.${name}`, expected: shown, actual }];
  });
}

/** What the request leaves alone is granted as it is. */
function grantedOf(parameter: Parameter, { verdicts }: Decision): Value | undefined {
  const verdict = verdicts.find((one) => one.parameter.name === parameter.name);
  return verdict === undefined ? parameter.current : verdict.granted;
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
