/** What the webhook would answer to a review: both of its calls at once. */
import { makeClamp } from '../../clamp.ts';
import { consider, type FactPorts } from '../../consider.ts';
import { type Decision, isGranted } from '../../core/decide.ts';
import { defaultExemptions, findExemption } from '../../exemption.ts';
import type { PatchOperation } from '../../webhook/patch.ts';
import type { ReviewRequest } from '../../webhook/review.ts';

export type Judgement =
  | { readonly kind: 'decided'; readonly request: ReviewRequest; readonly decided: Decided }
  /** No policy has a say; or nobody asks the policies, for the reason given. */
  | { readonly kind: 'not governed'; readonly request: ReviewRequest; readonly reason: string };

export interface Decided {
  readonly decision: Decision;
  /** What the client gets: a clamp that no patch can make is a denial. */
  readonly outcome: Decision['outcome'];
  /** What `/mutate` sends; empty where it sends nothing. */
  readonly patch: readonly PatchOperation[];
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly policySet: string;
}

export function judge(request: ReviewRequest, ports: FactPorts): Judgement {
  const exemption = findExemption(request, defaultExemptions);
  if (exemption !== undefined) return { kind: 'not governed', request, reason: exemption.reason };
  const considered = consider(request, ports);
  if (considered === 'not loaded') throw new Error('policies are read before reviews are judged');
  if (considered === 'not governed')
    return { kind: 'not governed', request, reason: 'no policy governs this request' };
  const { decision, now, policySet } = considered;
  const patch = makeClamp(request, decision, ports)?.patch ?? [];
  const isMade = decision.outcome !== 'clamp' || patch.length > 0;
  return {
    kind: 'decided',
    request,
    decided: {
      decision,
      outcome: isMade ? decision.outcome : 'deny',
      patch,
      now,
      policySet,
    },
  };
}

/** Whether the request goes through, perhaps changed. */
export function isAllowed(judgement: Judgement): boolean {
  if (judgement.kind === 'not governed') return true;
  return isGranted({ ...judgement.decided.decision, outcome: judgement.decided.outcome });
}
