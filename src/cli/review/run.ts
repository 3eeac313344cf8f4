/** Reads reviews, judges each, prints what came of it. */
import type { FactPorts } from '../../consider.ts';
import { noHistory } from '../../core/history.ts';
import type { PolicySet } from '../../policy/set.ts';
import { readReview } from '../../webhook/decode.ts';
import { printData } from '../data.ts';
import { readText, starterPolicies } from '../input.ts';
import type { Fault, Output } from '../output.ts';
import { loadPolicies } from '../policies.ts';
import type { ExitCode, Invocation } from '../registration.ts';
import { visible } from '../visible.ts';
import { isAllowed, type Judgement, judge } from './judge.ts';
import { parseReviews, type ReviewItem } from './parse.ts';
import { type ReviewReport, reportJudgement } from './report.ts';
import { countOf, formatTally, newTally, type Tally } from './tally.ts';
import { formatReview } from './text.ts';

/** As `command.ts` declares and parses them. */
interface ReviewOptions {
  readonly policies?: string;
  readonly output: 'text' | 'json' | 'yaml';
  readonly labels?: ReadonlyMap<string, string>;
  readonly namespaceLabels?: ReadonlyMap<string, string>;
  readonly at?: number;
}

export async function run({ args, options, output }: Invocation): Promise<ExitCode> {
  const settings = options as unknown as ReviewOptions;
  const folder = settings.policies ?? starterPolicies;
  const loaded = loadPolicies(folder);
  if (!loaded.ok) return output.fail(loaded.fault);
  const ports = createPorts(loaded.value, settings);
  const policies = { folder, set: loaded.value };
  const session: Session = { policies, reports: [], tally: newTally(), code: 0 };
  const sink = createSink(session, settings.output, output);
  for (const file of args) await reviewFile(file, { ports, sink });
  sink.end();
  return session.code;
}

interface Session {
  readonly policies: { readonly folder: string; readonly set: PolicySet };
  readonly reports: ReviewReport[];
  readonly tally: Tally;
  code: ExitCode;
}

/** Takes judgements as they come, so that a long stream shows something at once. */
interface Sink {
  readonly judged: (place: string, judgement: Judgement) => void;
  readonly unreadable: (fault: Fault) => void;
  readonly end: () => void;
}

function createSink(session: Session, format: ReviewOptions['output'], output: Output): Sink {
  const { tally, reports, policies } = session;
  return {
    judged: (place, judgement) => {
      const report = reportJudgement(place, judgement);
      tally[countOf[report.outcome]] += 1;
      tally.total += 1;
      if (!isAllowed(judgement) && session.code === 0) session.code = 1;
      if (format === 'text') output.print(`${formatReview(report, judgement, output)}\n`);
      else reports.push(report);
    },
    unreadable: (fault) => {
      tally.unreadable += 1;
      session.code = output.fail(fault);
    },
    end: () => {
      if (format === 'text') output.print(`${formatPolicies(session)}${formatTally(tally)}`);
      else
        printData(output, format, { reviews: reports, policies: describePolicies(policies), summary: tally });
    },
  };
}

function describePolicies({ folder, set }: Session['policies']) {
  return { folder, count: set.size, hash: set.hash };
}

/** Which policies decided: who names none gets the starter ones, and should know. */
function formatPolicies({ policies, tally }: Session): string {
  const { folder, count, hash } = describePolicies(policies);
  if (tally.total === 0) return '';
  return `decided by ${count === 1 ? '1 policy' : `${count} policies`} of ${visible(folder)} (set ${hash.slice(0, 12)})\n`;
}

interface Work {
  readonly ports: FactPorts;
  readonly sink: Sink;
}

async function reviewFile(file: string, work: Work): Promise<void> {
  const read = await readText(file);
  if (!read.ok) {
    work.sink.unreadable(read.fault);
    return;
  }
  const name = file === '-' ? 'stdin' : file;
  for (const item of parseReviews({ file: name, text: read.value })) reviewItem(item, work);
}

function reviewItem(item: ReviewItem, { ports, sink }: Work): void {
  const decoded = 'error' in item ? undefined : readReview(item.value);
  if (decoded?.ok === true) sink.judged(item.place, judge(decoded.request, ports));
  else sink.unreadable(explainItem(item, decoded?.error));
}

function explainItem(item: ReviewItem, error = ''): Fault {
  if (!('error' in item))
    return { what: item.place, why: error.replace(/^the body/, 'it'), ...fixFor(item.value) };
  const { place, error: why, fix } = item;
  return { what: place, why, ...(fix === undefined ? {} : { fix }) };
}

/** The commonest mistakes: the object that a review is about, and a version that API servers no longer send. */
function fixFor(value: unknown): { readonly fix?: string } {
  if (typeof value !== 'object' || value === null) return {};
  const { kind, apiVersion } = value as { readonly kind?: unknown; readonly apiVersion?: unknown };
  if (kind === 'AdmissionReview')
    return apiVersion === reviewVersion ? {} : { fix: `write \`apiVersion: ${reviewVersion}\`` };
  if (typeof kind !== 'string') return {};
  return { fix: `put the \`${kind}\` into \`request.object\` of an AdmissionReview, as the API server does` };
}

const reviewVersion = 'admission.k8s.io/v1';

function createPorts(policies: PolicySet, { labels, namespaceLabels, at }: ReviewOptions): FactPorts {
  return {
    readPolicies: () => policies,
    readLabels: () => labels,
    readNamespaceLabels: () => namespaceLabels,
    readHistory: () => noHistory,
    readNow: () => at ?? Date.now(),
  };
}
