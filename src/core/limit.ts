import type { Region } from './region.ts';

/** Why a value is not admitted: CamelCase, as in the API server's own causes. */
export type Reason =
  | 'AboveMaximum'
  | 'BelowMinimum'
  | 'StepTooLarge'
  | 'RateExceeded'
  | 'CoolingDown'
  | 'DirectionReversed'
  | 'NotYetPersistent'
  | 'WithinDeadband'
  | 'DriftTooFar'
  | 'NotAllowed'
  | 'BudgetExhausted'
  | 'RelationBroken'
  | 'Frozen'
  | 'FactsStale'
  | 'PolicyConflict'
  | 'PolicyError';

/** In order of precedence: a lower tier never widens a higher one. */
export type Tier = 'hard' | 'objective' | 'dynamics';

export const tiers: readonly Tier[] = ['hard', 'objective', 'dynamics'];

/** In ascending strictness: the strictest response of the determining limits is the answer. */
export type Response = 'clamp' | 'throttle' | 'deny';

export type RuleName =
  | 'range'
  | 'step'
  | 'rate'
  | 'cooldown'
  | 'reversal'
  | 'persistence'
  | 'deadband'
  | 'drift'
  | 'choice'
  | 'ownership'
  | 'relation'
  | 'budget'
  | 'freeze';

/** What a rule returns: an admissible set, and the words for it. Rules never decide. */
export interface Limit {
  readonly rule: RuleName;
  readonly tier: Tier;
  readonly reason: Reason;
  readonly admits: Region;
  /** Evidence in a few words: `+50% of 10 is 15`. */
  readonly detail: string;
  /** Milliseconds since the epoch at which time lifts the limit. */
  readonly opensAt?: number;
}

export type Mode = 'Enforce' | 'Warn' | 'Audit';

/** The guard that a limit came from, and how it answers. */
export interface Source {
  /** `shop/checkout`, or `checkout` for a cluster policy. */
  readonly policy: string;
  readonly mode: Mode;
  readonly response: Response;
  /** The exception that altered the guard, if one did. */
  readonly exception?: string;
  /** Seconds the client is told to wait on a throttle, where the policy opts in. */
  readonly retryAfterSeconds?: number;
}

export interface AppliedLimit extends Limit, Source {
  /** `shop/checkout#guards[0]/step`. */
  readonly id: string;
}

/** Only the source's own fields of whatever carries one. */
export function sourceOf({ policy, mode, response, exception, retryAfterSeconds }: Source): Source {
  return {
    policy,
    mode,
    response,
    ...(exception === undefined ? {} : { exception }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  };
}

/** The one order of limits and relations, so that no decision depends on the order of policies. */
export function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
