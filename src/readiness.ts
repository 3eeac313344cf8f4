/** What /readyz says: what must be met to serve, and what a person should know all the same. */
import type { HistoryKeeper } from './history.ts';
import type { PolicyState } from './policies.ts';
import type { Readiness } from './webhook/server.ts';

export interface Readable {
  readonly policies: PolicyState;
  readonly labels: { readonly readIsSynced: () => boolean } | undefined;
  readonly state: { readonly isStopping: boolean };
  readonly history: HistoryKeeper;
}

export function checkReadiness({ policies, labels, state, history }: Readable): Readiness {
  const checks: readonly (readonly [string, boolean])[] = [
    ['policies loaded', policies.set !== undefined],
    ['labels synced', labels?.readIsSynced() ?? true],
    ['history synced', history.isSynced()],
    ['not stopping', !state.isStopping],
  ];
  const lines = checks.map(([name, isMet]) => `${isMet ? 'ok' : 'no'} ${name}`);
  // No reason to stop serving: the last good set is in force.
  const stale =
    policies.problems.length === 0
      ? []
      : [`warning the newest policies are not valid: ${policies.problems.length} errors`];
  const health = history.readHealth();
  const failing =
    health.status === 'failing' ? [`warning history cannot be recorded: ${health.problem}`] : [];
  return { isReady: checks.every(([, isMet]) => isMet), checks: [...lines, ...stale, ...failing] };
}
