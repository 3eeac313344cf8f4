import { type Cluster, loadCluster } from '../../kubernetes/client.ts';
import { type LabelCaches, watchLabels } from '../../kubernetes/labels.ts';
import type { OnNote } from '../../kubernetes/problem.ts';
import { formatProblem } from '../../policy/problem.ts';
import { PoliciesInvalid, type Running, serve } from '../../serve.ts';
import { createLog, type ProcessLog } from '../../telemetry/log.ts';
import { starterPolicies } from '../input.ts';
import type { Output } from '../output.ts';
import type { ExitCode, Invocation } from '../registration.ts';

import { OptionFault, readOptions, type ServeOptions } from './settings.ts';

/** Resolves when the process was told to stop, and has. */
export async function run({ options, output }: Invocation): Promise<ExitCode> {
  try {
    const settings = readOptions(options);
    const log = createLog(settings.logLevel);
    const { cluster, labels } = await connect(settings, log);
    const running = await start(settings, { log, cluster, labels });
    log.info({ host: settings.host, port: running.port }, 'serving');
    const signal = await firstSignal();
    log.info({ signal, drainMilliseconds: settings.drainMilliseconds }, 'stopping');
    await running.stop();
    await labels?.stop();
    cluster?.close();
    return 0;
  } catch (error) {
    return explain(error, output);
  }
}

interface Connection {
  readonly cluster: Cluster | undefined;
  readonly labels: LabelCaches | undefined;
}

/** A cluster is asked where policies come from it, where one is named, and inside a pod. */
async function connect(settings: ServeOptions, log: ProcessLog): Promise<Connection> {
  const { policies, ledger, kubeconfig, context } = settings;
  const isNamed = policies === 'kubernetes' || ledger === 'kubernetes' || kubeconfig !== undefined;
  const isInPod = process.env['KUBERNETES_SERVICE_HOST'] !== undefined;
  if (!isNamed && context === undefined && !isInPod) return { cluster: undefined, labels: undefined };
  const loaded = await loadCluster({
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
  });
  if (!loaded.ok) throw new OptionFault(loaded.problem);
  return { cluster: loaded.cluster, labels: watchLabels({ cluster: loaded.cluster, onNote: noteTo(log) }) };
}

function start(
  settings: ServeOptions,
  { log, cluster, labels }: Connection & { readonly log: ProcessLog },
): Promise<Running> {
  const { host, port, certificates, caller, logPath, drainMilliseconds, ownNamespace, governHpaController } =
    settings;
  const isFromCluster = settings.policies === 'kubernetes' && cluster !== undefined;
  return serve(
    {
      host,
      port,
      certificates,
      caller,
      drainMilliseconds,
      history: {
        ...placeOf(settings),
        ...(cluster === undefined ? {} : { cluster }),
      },
      ...(logPath === undefined ? {} : { logPath }),
      policies: isFromCluster
        ? { from: 'cluster', cluster, ownNamespace, onNote: noteTo(log) }
        : { from: 'folder', path: settings.policies ?? starterPolicies, ownNamespace },
      labels: labels === undefined ? undefined : { ...labels, readIsSynced: labels.isSynced },
      exemptions: {
        namespaces: new Set(settings.exemptNamespaces),
        breakGlassGroups: new Set(settings.breakGlassGroups),
        governHpaController,
      },
    },
    { log },
  );
}

/** Where history is kept. Tenants cannot write our namespace, and so not their own history. */
function placeOf({ ledger, ownNamespace }: ServeOptions): { folder?: string; namespace?: string } {
  if (ledger === undefined) return {};
  return ledger === 'kubernetes' ? { namespace: ownNamespace } : { folder: ledger };
}

function noteTo(log: ProcessLog): OnNote {
  return ({ level, message }) => log[level === 'warning' ? 'warn' : level](message);
}

/** A second signal ends the process at once, as everywhere. */
function firstSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal));
  });
}

function explain(error: unknown, output: Output): ExitCode {
  output.trace(error);
  if (error instanceof OptionFault) return output.fail(error.fault);
  if (error instanceof PoliciesInvalid) {
    for (const problem of error.problems) output.fail({ what: 'policies', why: formatProblem(problem) });
    return 2;
  }
  const why = error instanceof Error ? error.message : String(error);
  return output.fail({ what: 'serve', why, fix: 'check the files, the address and the rights named above' });
}
