/** Prometheus metrics. Labels are bounded: no names of users or objects, policies only by outcome. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export interface Metrics {
  readonly answered: (door: string, outcome: string, seconds: number) => void;
  readonly refused: (cause: string) => void;
  readonly exempted: (reason: 'break-glass' | 'routine') => void;
  readonly decided: (outcome: string, rules: readonly string[]) => void;
  readonly standing: () => void;
  readonly policyErrors: (count: number) => void;
  readonly logTrouble: () => void;
  /** A change landed with no hold. */
  readonly bypassed: () => void;
  /** A hold could not be made durable. */
  readonly unheld: () => void;
  readonly policiesLoaded: (count: number, isWhole: boolean) => void;
  readonly render: () => Promise<{ readonly contentType: string; readonly text: string }>;
}

/** Seconds; a decision takes well under a millisecond, and the API server gives up after a few seconds. */
const buckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const counter = <T extends string>(name: string, help: string, labelNames: readonly T[]): Counter<T> =>
    new Counter({ name, help, labelNames: [...labelNames], registers });
  const seconds = new Histogram({
    name: 'flyball_admission_duration_seconds',
    help: 'Time from a request to its answer.',
    labelNames: ['webhook', 'outcome'],
    buckets,
    registers,
  });
  const refused = counter('flyball_requests_refused_total', 'Requests that were not decided, by cause.', [
    'cause',
  ]);
  const exempt = counter(
    'flyball_exemptions_total',
    'Requests that passed ungoverned, by kind of exemption.',
    ['kind'],
  );
  const decisions = counter('flyball_decisions_total', 'Recorded decisions, by outcome.', ['outcome']);
  const determining = counter('flyball_determining_rules_total', 'Rules that excluded what was requested.', [
    'rule',
    'outcome',
  ]);
  const standing = counter(
    'flyball_standing_proposals_total',
    'Repeated proposals that change nothing, not recorded again.',
    [],
  );
  const errors = counter('flyball_policy_errors_total', 'Guards that could not be evaluated.', []);
  const trouble = counter('flyball_decision_log_errors_total', 'Failed writes of the decision log.', []);
  const bypasses = counter(
    'flyball_bypasses_total',
    'Changes of charged parameters that landed without being asked about.',
    [],
  );
  const unheld = counter(
    'flyball_unheld_total',
    'Admitted changes whose hold could not be made durable in time.',
    [],
  );
  const policies = new Gauge({ name: 'flyball_policies', help: 'Policies in force.', registers });
  const whole = new Gauge({
    name: 'flyball_policies_current',
    help: '1 where the policies in force are the newest, 0 where a bad edit keeps the last good set.',
    registers,
  });
  return {
    answered: (webhook, outcome, duration) => seconds.observe({ webhook, outcome }, duration),
    refused: (cause) => refused.inc({ cause }),
    exempted: (kind) => exempt.inc({ kind }),
    decided: (outcome, rules) => {
      decisions.inc({ outcome });
      for (const rule of rules) determining.inc({ rule, outcome });
    },
    standing: () => standing.inc(),
    policyErrors: (count) => errors.inc(count),
    logTrouble: () => trouble.inc(),
    bypassed: () => bypasses.inc(),
    unheld: () => unheld.inc(),
    policiesLoaded: (count, isWhole) => {
      policies.set(count);
      whole.set(isWhole ? 1 : 0);
    },
    render: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}
