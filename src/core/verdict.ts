import type { AppliedLimit, Response, Tier } from './limit.ts';
import type { Parameter, Value } from './parameter.ts';
import type { Region } from './region.ts';

/** In ascending strictness. */
export type Outcome = 'admit' | Response;

const strictness: readonly Outcome[] = ['admit', 'clamp', 'throttle', 'deny'];

/** What is decided of one parameter. */
export interface Verdict {
  readonly parameter: Parameter;
  readonly outcome: Outcome;
  /** What is granted, or, under a throttle or a denial, what would be admitted now; undefined where nothing would. */
  readonly granted: Value | undefined;
  readonly region: Region;
  /** Every enforced limit, sorted by id. */
  readonly limits: readonly AppliedLimit[];
  /** The enforced limits that exclude what was requested; none where only a tier that gave way does. */
  readonly determining: readonly AppliedLimit[];
  /** The limits of policies in Warn and Audit mode that exclude what was requested. */
  readonly advisory: readonly AppliedLimit[];
  /** Limits of one tier that leave nothing between them. */
  readonly conflict: readonly AppliedLimit[];
  /** Tiers that did not meet the stricter ones, and gave way to the nearest point. */
  readonly yielded: readonly Tier[];
}

/** A clamp to nothing is a denial; a throttle stays one, since time may open what is closed now. */
export function outcomeOf(determining: readonly AppliedLimit[], granted: Value | undefined): Outcome {
  const outcome = strictest(determining.map((limit) => limit.response));
  return outcome === 'clamp' && granted === undefined ? 'deny' : outcome;
}

export function strictest(outcomes: readonly Outcome[]): Outcome {
  return outcomes.reduce(
    (worst, outcome) => (strictness.indexOf(outcome) > strictness.indexOf(worst) ? outcome : worst),
    'admit',
  );
}
