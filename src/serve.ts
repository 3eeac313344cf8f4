/** The only composition root: settings in, a running webhook out. */
import { admit, type Ports } from './admit.ts';
import { Pending } from './audit/join.ts';
import { type DecisionLog, openLog } from './audit/log.ts';
import type { DecisionRecord } from './audit/record.ts';
import { StandingProposals } from './audit/standing.ts';
import type { FactPorts } from './consider.ts';
import type { ExemptionSettings } from './exemption.ts';
import { type HistoryKeeper, type HistorySettings, keepHistory } from './history.ts';
import { type PolicyOrigin, type PolicyState, watchPolicies } from './policies.ts';
import { checkReadiness } from './readiness.ts';
import type { ProcessLog } from './telemetry/log.ts';
import { createMetrics, type Metrics } from './telemetry/metrics.ts';
import { type CertificateSource, watchCertificates } from './tls.ts';
import type { CallerSettings } from './webhook/authenticate.ts';
import { type Handlers, type Readiness, type Server, startServer } from './webhook/server.ts';

export interface ServeSettings {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly certificates: CertificateSource;
  readonly caller: CallerSettings;
  readonly policies: PolicyOrigin;
  /** Of workloads and namespaces, where a cluster can be asked. */
  readonly labels: LabelReaders | undefined;
  readonly exemptions: ExemptionSettings;
  /** The decision log; undefined writes none. */
  readonly logPath?: string;
  /** Where history is kept, and whose writes tell what has landed. */
  readonly history: Pick<HistorySettings, 'folder' | 'namespace' | 'cluster'>;
  /** How long a server that is told to stop still answers new requests, while endpoints forget it. */
  readonly drainMilliseconds: number;
}

export type LabelReaders = Pick<FactPorts, 'readLabels' | 'readNamespaceLabels'> & {
  readonly readIsSynced: () => boolean;
};

/** What the caller may listen to and replace. */
export interface ServeContext {
  readonly log: ProcessLog;
  readonly readNow?: () => number;
  readonly onRecord?: (record: DecisionRecord) => void;
}

export interface Running {
  readonly port: number;
  readonly readPolicyState: () => PolicyState;
  /** Not ready, then drained, then closed; all records are on disk when it resolves. */
  stop(): Promise<void>;
}

/** Starts the webhook; rejects where the port, the certificates, the policies or the log cannot be had at the start. */
export async function serve(settings: ServeSettings, context: ServeContext): Promise<Running> {
  const { log } = context;
  const metrics = createMetrics();
  const decisionLog = await openDecisionLog(settings, { log, metrics });
  const record = (entry: DecisionRecord): void => {
    decisionLog?.append(entry);
    metrics.decided(entry.outcome, rulesOf(entry));
    if (entry.errors.length > 0) metrics.policyErrors(entry.errors.length);
    context.onRecord?.(entry);
  };
  const history = await keepHistory({
    ...settings.history,
    readNow: context.readNow ?? Date.now,
    onNote: ({ level, message }) => log[level === 'warning' ? 'warn' : level](message),
    onBypass: (bypass) => {
      metrics.bypassed();
      log.warn(
        { object: bypass.object, manager: bypass.actor, moves: bypass.moves },
        'a change landed that was not asked about',
      );
    },
  });
  const policies = watchPolicies(settings.policies, (state) => announce(state, { log, metrics }));
  refuseWithout(policies.readState(), settings.policies);
  const certificates = await watchCertificates(settings.certificates, log);
  const ports = createPorts(settings, {
    context,
    metrics,
    record,
    history,
    readPolicies: () => policies.readState().set,
  });
  const state = { isStopping: false };
  const readReadiness = (): Readiness =>
    checkReadiness({ policies: policies.readState(), labels: settings.labels, state, history });
  const handlers = createHandlers(ports, { log, metrics, readReadiness });
  const { host, port, caller } = settings;
  const stopSources = async (): Promise<void> => {
    await policies.stop();
    certificates.stop();
    ports.pending.expire(Number.POSITIVE_INFINITY);
    await history.stop();
    await decisionLog?.close();
  };
  const server = await startServer({ host, port, caller, tls: certificates.read() }, handlers).catch(
    async (error: unknown) => {
      await stopSources();
      throw error;
    },
  );
  certificates.onChange((fresh) => server.replaceCertificates(fresh));
  const sweep = setInterval(() => ports.pending.expire(ports.readNow()), 5_000).unref();
  const stop = async (): Promise<void> => {
    state.isStopping = true;
    await drain(server, settings.drainMilliseconds);
    clearInterval(sweep);
    await stopSources();
  };
  return { port: server.port, readPolicyState: policies.readState, stop };
}

interface Instruments {
  readonly log: ProcessLog;
  readonly metrics: Metrics;
}

function openDecisionLog(
  settings: ServeSettings,
  { log, metrics }: Instruments,
): Promise<DecisionLog> | undefined {
  if (settings.logPath === undefined) return undefined;
  return openLog(settings.logPath, ({ message, dropped }) => {
    metrics.logTrouble();
    log.error({ reason: message, dropped }, 'the decision log cannot be written');
  });
}

/** A folder is read at once: with nothing good in it there is nothing to serve. A cluster's policies come later. */
function refuseWithout({ set, problems }: PolicyState, origin: PolicyOrigin): void {
  if (origin.from === 'folder' && set === undefined) throw new PoliciesInvalid(problems);
}

/** Thrown at the start only; later, the last good set stays in force. */
export class PoliciesInvalid extends Error {
  readonly problems: PolicyState['problems'];
  constructor(problems: PolicyState['problems']) {
    super('the policies are not valid');
    this.problems = problems;
  }
}

function announce(state: PolicyState, { log, metrics }: Instruments): void {
  const isWhole = state.problems.length === 0;
  metrics.policiesLoaded(state.set?.size ?? 0, isWhole);
  const hash = state.set?.hash;
  if (isWhole) log.info({ policies: state.set?.size, hash }, 'policies in force');
  else
    log.error(
      { hash, problems: state.problems.slice(0, 20) },
      'the new policies are not valid; the last good set stays in force',
    );
}

interface Wiring {
  readonly context: ServeContext;
  readonly metrics: Metrics;
  readonly record: (entry: DecisionRecord) => void;
  readonly history: HistoryKeeper;
  readonly readPolicies: FactPorts['readPolicies'];
}

function createPorts(
  settings: ServeSettings,
  { context, metrics, record, history, readPolicies }: Wiring,
): Ports {
  return {
    readPolicies,
    readLabels: settings.labels?.readLabels ?? unknown,
    readNamespaceLabels: settings.labels?.readNamespaceLabels ?? unknown,
    readHistory: history.readHistory,
    readMembers: history.readMembers,
    readNow: history.readNow,
    observe: history.observe,
    placeHold: history.placeHold,
    propose: history.propose,
    onUnheld: (problem) => {
      metrics.unheld();
      context.log.error({ reason: problem }, 'an admitted change could not be recorded');
    },
    exemptions: settings.exemptions,
    pending: new Pending(record),
    standing: new StandingProposals(),
    record,
    onExempted: ({ isBreakGlass }) => metrics.exempted(isBreakGlass ? 'break-glass' : 'routine'),
    onStanding: metrics.standing,
    onFault: (error) => {
      metrics.refused('internal');
      context.log.error(
        { reason: error instanceof Error ? error.stack : String(error) },
        'a decision failed',
      );
    },
  };
}

/** Without a cluster no label is known: policies that need one are decided by their failurePolicy. */
const unknown = (): undefined => undefined;

function createHandlers(
  ports: Ports,
  around: Instruments & { readonly readReadiness: () => Readiness },
): Handlers {
  const { log, metrics, readReadiness } = around;
  return {
    review: (door, request) => admit(door, request, ports),
    readReadiness,
    renderMetrics: metrics.render,
    onRefused: ({ cause, message, remote }) => {
      metrics.refused(cause);
      log[cause === 'internal' ? 'error' : 'warn'](
        { cause, remote, reason: message },
        'a request was not decided',
      );
    },
    onAnswered: (door, response, seconds) => {
      metrics.answered(
        door,
        response.allowed ? (response.patch === undefined ? 'allow' : 'patch') : 'refuse',
        seconds,
      );
    },
  };
}

async function drain(server: Server, milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  await server.close();
}

function rulesOf({ verdicts }: DecisionRecord): string[] {
  return verdicts.flatMap(({ limits, determining }) =>
    limits.filter(({ id }) => determining.includes(id)).map(({ rule }) => rule),
  );
}
