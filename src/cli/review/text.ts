/** A review's answer for a person: who asked what, what was granted, what held it. */
import { opensAt } from '../../core/decide.ts';
import type { Verdict } from '../../core/verdict.ts';
import type { Output, Style } from '../output.ts';
import { formatTable } from '../table.ts';
import { visible } from '../visible.ts';
import { drawVerdict } from './draw.ts';
import type { Judgement } from './judge.ts';
import type { LimitReport, ParameterReport, ReviewReport } from './report.ts';

const styles: Readonly<Record<ReviewReport['outcome'], Style>> = {
  admit: 'green',
  clamp: 'yellow',
  throttle: 'yellow',
  deny: 'red',
  'not governed': 'dim',
};

type Screen = Pick<Output, 'columns' | 'style'>;

/** Wide enough for three limits of one parameter; files and pipes have no width of their own. */
const defaultColumns = 110;
const indent = '  ';

/** One block; ends with a newline. */
export function formatReview(report: ReviewReport, judgement: Judgement, screen: Screen): string {
  const verdicts = judgement.kind === 'decided' ? judgement.decided.decision.verdicts : [];
  const bounded = report.parameters.filter(({ limits }) => limits.length > 0);
  const blocks = bounded.map((parameter) => {
    const verdict = verdicts.find((it) => it.parameter.name === parameter.name);
    return formatParameter(parameter, verdict, screen);
  });
  const lines = [...formatHead(report, screen), ...formatErrors(report), ...formatEnd(report, judgement)];
  const [head = '', who = '', ...rest] = lines;
  return `${[head, who, ...blocks.flat(), ...rest].join('\n')}\n`;
}

function formatHead(report: ReviewReport, { style }: Screen): string[] {
  const { outcome, target, place, operation, user, fieldManager, dryRun, at } = report;
  const manager = fieldManager === undefined ? '' : `, field manager ${fieldManager}`;
  const who = `${operation} asked by ${user}${manager}${at === undefined ? '' : `, decided at ${at}`}${dryRun ? ', a dry run' : ''}`;
  const title = `${visible(target)}: ${style(styles[outcome], outcome)}`;
  return [`${style('bold', title)}  ${style('dim', `(${visible(place)})`)}`, indent + visible(who)];
}

function formatParameter(parameter: ParameterReport, verdict: Verdict | undefined, screen: Screen): string[] {
  const columns = screen.columns ?? defaultColumns;
  const drawing = verdict === undefined ? undefined : drawVerdict(verdict, columns - 4);
  const table = formatTable(parameter.limits.map(rowOf), { indent: 4, columns: screen.columns });
  return [
    '',
    `${indent}${visible(parameter.sentence)}`,
    ...(drawing === undefined ? [] : ['', ...drawing.map((line) => `    ${line}`), '']),
    table.trimEnd(),
  ];
}

function rowOf({
  rule,
  policy,
  reason,
  detail,
  determining,
  mode,
  opensAt,
  ...limit
}: LimitReport): string[] {
  const by = limit.exception === undefined ? policy : `${policy} (exception ${limit.exception})`;
  const effect = determining ? 'determining' : mode === 'Enforce' ? '' : `${mode} only`;
  const until = opensAt === undefined ? '' : `, opens at ${opensAt}`;
  return [rule, by, `admits ${limit.admits}`, reason ?? '', effect, `${detail}${until}`];
}

/** An object that cannot be read fails every guard for the same reason: said once. */
function formatErrors({ errors }: ReviewReport): string[] {
  const guards = new Map<string, string[]>();
  for (const { policy, position, parameter, failurePolicy, message } of errors) {
    const effect = failurePolicy === 'Fail' ? 'refuses the request' : 'lets it pass';
    const what = parameter === '' ? message : `${parameter}: ${message}`;
    const text = `${what}; failurePolicy ${failurePolicy} ${effect}`;
    guards.set(text, [...(guards.get(text) ?? []), `${policy} ${position}`]);
  }
  return [...guards].flatMap(([text, names]) => [
    '',
    visible(`${indent}error in ${names.join(', ')}: ${text}`),
  ]);
}

function formatEnd(report: ReviewReport, judgement: Judgement): string[] {
  const lines: string[] = [];
  const free = report.parameters.filter(({ limits }) => limits.length === 0).map(({ name }) => name);
  if (report.reason !== undefined) lines.push(`${indent}${report.reason}`);
  if (free.length > 0) lines.push('', `${indent}changed, and bounded by no policy: ${free.join(', ')}`);
  if (judgement.kind === 'decided') {
    const { decision, outcome } = judgement.decided;
    const at = opensAt(decision);
    if (outcome === 'deny' && decision.outcome === 'clamp')
      lines.push('', `${indent}no patch can clamp this: the request leaves out what a clamp would set`);
    if (decision.verdicts.length + decision.errors.length === 0)
      lines.push(`${indent}no parameter that policies can bound is changed`);
    if (at !== undefined) lines.push('', `${indent}time lifts this at ${new Date(at).toISOString()}`);
  }
  return lines.map(visible);
}
