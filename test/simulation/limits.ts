/** The policies that simulations run under: as data for the oracle, and compiled as a user's are. */

import type { PolicySet } from '../../src/policy/set.ts';
import type { Random } from '../unit/ledger/file/disk.ts';
import { setOf } from '../unit/policy/sample.ts';

export interface Limits {
  readonly least: number;
  readonly most: number;
  readonly step: number;
  readonly rate: { readonly change: number; readonly changes: number; readonly seconds: number } | undefined;
  /** Seconds of rest before a movement in this direction. */
  readonly cooldown: { readonly increase: number; readonly decrease: number } | undefined;
  readonly reversal: { readonly max: number; readonly seconds: number } | undefined;
  readonly persistence: { readonly requests: number; readonly spacingSeconds: number } | undefined;
  readonly onViolation: 'Clamp' | 'Throttle' | 'Deny';
}

export interface Rules {
  readonly limits: Limits;
  readonly policies: PolicySet;
}

export function between(random: Random, least: number, most: number): number {
  return least + Math.floor(random() * (most - least + 1));
}

/** Windows are short, so that a run of a few minutes fills and leaves them many times. */
export function drawRules(random: Random): Rules {
  const often = <T>(value: T): T | undefined => (random() < 0.55 ? value : undefined);
  const limits: Limits = {
    least: 1,
    most: 60,
    // Without any rule of movement nothing is charged.
    step: often(between(random, 3, 20)) ?? 25,
    rate: often({
      change: between(random, 5, 30),
      changes: between(random, 1, 6),
      seconds: between(random, 20, 200),
    }),
    cooldown: often({ increase: between(random, 1, 20), decrease: between(random, 1, 60) }),
    reversal: often({ max: between(random, 0, 2), seconds: between(random, 20, 200) }),
    persistence: random() < 0.15 ? { requests: 2, spacingSeconds: between(random, 1, 10) } : undefined,
    onViolation: (['Clamp', 'Throttle', 'Deny'] as const)[between(random, 0, 2)] ?? 'Clamp',
  };
  return { limits, policies: setOf(textOf(limits)) };
}

function textOf(limits: Limits): string {
  const { rate, cooldown, reversal, persistence } = limits;
  const guard = {
    parameter: 'hpa.maxReplicas',
    range: { min: limits.least, max: limits.most },
    onViolation: limits.onViolation,
    step: { increase: limits.step, decrease: limits.step },
    ...(rate && { rate: { change: rate.change, changes: rate.changes, within: `${rate.seconds}s` } }),
    ...(cooldown && { cooldown: { increase: `${cooldown.increase}s`, decrease: `${cooldown.decrease}s` } }),
    ...(reversal && { reversal: { max: reversal.max, within: `${reversal.seconds}s` } }),
    ...(persistence && {
      persistence: { requests: persistence.requests, spacing: `${persistence.spacingSeconds}s` },
    }),
  };
  return JSON.stringify({
    apiVersion: 'flyball.dev/v1alpha1',
    kind: 'ClusterGuardrailPolicy',
    metadata: { name: 'simulated' },
    spec: {
      match: { resources: [{ group: 'autoscaling', kind: 'HorizontalPodAutoscaler' }] },
      guards: [guard],
    },
  });
}
