/** The demonstration as a table: who asked what, what was granted, which rule, and why. */
import type { DecisionRecord, VerdictRecord } from '../../audit/record.ts';
import { formatValue } from '../../core/parameter.ts';
import type { Output } from '../output.ts';
import { formatTable } from '../table.ts';
import type { Step } from './steps.ts';

export interface Played {
  readonly step: Step;
  readonly isAllowed: boolean;
  /** Undefined where no policy had a say. */
  readonly record: DecisionRecord | undefined;
}

interface Surroundings {
  readonly output: Output;
  readonly policies: number;
  readonly port: number;
}

const titles = ['', 'TARGET', 'PARAMETER', 'NOW', 'ASKED', 'GRANTED', 'ANSWER'];

/** A row for each parameter, and below it the rules that were not content, with their reasons. */
export function formatSteps(played: readonly Played[], { output, policies, port }: Surroundings): string {
  const asker = played[0]?.step.request.user ?? '';
  const entries = played.flatMap((one, index) => entriesOf(one, index + 1));
  const table = formatTable([titles, ...entries.map(({ cells }) => cells)], { columns: output.columns });
  const [heading = '', ...rows] = table.trimEnd().split('\n');
  const lines = rows.flatMap((row, index) => [row, ...(entries[index]?.reasons ?? [])]);
  const intro = `${policies} starter policies, served on https://localhost:${port}`;
  const who = `${asker} proposes, through /mutate and /validate:`;
  return `${output.style('bold', intro)}\n${who}\n\n${output.style('dim', heading)}\n${lines.join('\n')}\n`;
}

interface Entry {
  readonly cells: readonly string[];
  readonly reasons: readonly string[];
}

function entriesOf({ step, isAllowed, record }: Played, number: number): Entry[] {
  const target = `${step.request.kind} ${step.request.namespace}/${step.request.name}`;
  const verdicts = record?.verdicts ?? [];
  // The demonstration is wrong, not the webhook, where a starter policy no longer bounds what it shows.
  if (record === undefined || verdicts.length === 0) {
    return [{ cells: [`${number}`, target, '', '', '', '', isAllowed ? 'admit' : 'refuse'], reasons: [] }];
  }
  return verdicts.map((verdict, index) => {
    const place = index === 0 ? [`${number}`, target] : ['', ''];
    return { cells: [...place, ...cellsOf(verdict, record.allowed)], reasons: reasonsOf(verdict) };
  });
}

function cellsOf(verdict: VerdictRecord, isAllowed: boolean): string[] {
  const show = (text: string | null): string =>
    formatValue(parseValue(text, verdict), verdict as Parameters<typeof formatValue>[1]);
  const granted = isAllowed ? show(verdict.granted) : 'nothing';
  return [verdict.parameter, show(verdict.current), show(verdict.requested), granted, verdict.outcome];
}

function reasonsOf({ limits, determining }: VerdictRecord): string[] {
  const rules = limits.filter((limit) => determining.includes(limit.id));
  return rules.map(({ rule, id, detail }) => `     ${rule} of ${id.split('#')[0]}: ${detail}`);
}

function parseValue(text: string | null, { type }: VerdictRecord): bigint | string | undefined {
  if (text === null) return undefined;
  return type === 'choice' ? text : BigInt(text);
}
