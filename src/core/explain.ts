/** Sentences: what was asked, what was granted, which rule, and why. Plain ASCII, so that they fit an HTTP header. */
import { formatTarget } from './change.ts';
import { type Decision, opensAt } from './decide.ts';
import type { AppliedLimit } from './limit.ts';
import { formatValue } from './parameter.ts';
import type { Region } from './region.ts';
import type { Verdict } from './verdict.ts';

/** `hpa.maxReplicas: 10 now, 500 asked, 15 granted (clamp): step of shop/checkout: +50% of 10 is 15`. */
export function explainVerdict(verdict: Verdict): string {
  const { parameter, outcome, granted } = verdict;
  const value = (it: Verdict['granted']): string => formatValue(it, parameter);
  const now = `${parameter.name}: ${value(parameter.current)} now, ${value(parameter.requested)} asked`;
  if (outcome === 'admit') return `${now}, admitted`;
  const answer =
    outcome === 'clamp' ? `${value(granted)} granted (clamp)` : `${outcome}, ${wouldPass(verdict)}`;
  return `${now}, ${answer}: ${explainCause(verdict)}`;
}

/** The same where the request as a whole is refused: a clamp, too, is then only what would pass. */
export function explainRefusal(verdict: Verdict): string {
  const { parameter, outcome } = verdict;
  if (outcome === 'admit') return `${explainAsked(parameter)}, admitted`;
  return `${explainAsked(parameter)}, ${outcome === 'throttle' ? 'throttle' : 'deny'}, ${wouldPass(verdict)}: ${explainCause(verdict)}`;
}

function explainAsked(parameter: Verdict['parameter']): string {
  const value = (it: Verdict['granted']): string => formatValue(it, parameter);
  return `${parameter.name}: ${value(parameter.current)} now, ${value(parameter.requested)} asked`;
}

function wouldPass({ parameter, granted }: Verdict): string {
  if (granted === undefined) return 'no other value would pass';
  if (granted === parameter.current) return 'only the current value would pass';
  return `${formatValue(granted, parameter)} would pass`;
}

function explainCause({ conflict, determining, yielded }: Verdict): string {
  if (conflict.length > 0)
    return `${conflict.map(nameLimit).join(' and ')} leave no value between them (PolicyConflict)`;
  const causes = determining.map((limit) => `${nameLimit(limit)}: ${limit.detail}`).join('; ');
  return yielded.length === 0 ? causes : `${causes} (${yielded.join(' and ')} gave way to the nearest point)`;
}

/** `step of shop/checkout`, with the exception that altered it. */
export function nameLimit({ rule, policy, exception }: AppliedLimit): string {
  return exception === undefined
    ? `${rule} of ${policy}`
    : `${rule} of ${policy} under exception ${exception}`;
}

/** The whole decision in lines: the outcome first, then each verdict that is not plain, errors, and when time helps. */
export function explainDecision(decision: Decision): string[] {
  const { change, verdicts, errors, outcome } = decision;
  const lines = [
    `${formatTarget(change.target)}: ${outcome}, asked by ${change.actor.user}${change.dryRun ? ' (dry run)' : ''}`,
  ];
  for (const verdict of verdicts) {
    lines.push(explainVerdict(verdict));
    for (const limit of verdict.advisory) lines.push(explainAdvisory(verdict, limit));
  }
  for (const { policy, position, message, failurePolicy } of errors) {
    lines.push(`${policy} ${position} could not be evaluated: ${message} (failurePolicy ${failurePolicy})`);
  }
  const at = opensAt(decision);
  if (at !== undefined) lines.push(`time lifts this at ${new Date(at).toISOString()}`);
  return lines;
}

/** What a policy in Warn or Audit mode would have said. */
export function explainAdvisory({ parameter }: Verdict, limit: AppliedLimit): string {
  return `${parameter.name}: ${formatValue(parameter.requested, parameter)} is outside ${nameLimit(limit)}: ${limit.detail} (${limit.mode})`;
}

/** `[4 .. 15]`, `[.. 7] or [10] or [13 ..]`, `a, b`, `anything`, `nothing`. */
export function formatRegion(region: Region, parameter: Verdict['parameter']): string {
  if (region.kind === 'choice')
    return region.allowed === 'any' ? 'anything' : [...region.allowed].join(', ') || 'nothing';
  const texts = region.intervals.map(({ low, high }) => {
    if (low.at === undefined && high.at === undefined) return 'anything';
    if (low.at !== undefined && low.at === high.at) return `[${formatValue(low.at, parameter)}]`;
    const from = low.at === undefined ? '' : `${formatValue(low.at, parameter)} `;
    const to = high.at === undefined ? '' : ` ${formatValue(high.at, parameter)}`;
    return `[${from}..${to}]`;
  });
  return texts.join(' or ') || 'nothing';
}
