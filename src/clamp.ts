/** From a decision to the patch that makes it true, or to none where no patch can. */
import { consider, type FactPorts } from './consider.ts';
import type { Decision } from './core/decide.ts';
import { applyPatch, isApplicable, type PatchOperation, writePatch } from './webhook/patch.ts';
import type { ReviewRequest } from './webhook/review.ts';

export interface Clamp {
  readonly patch: readonly PatchOperation[];
  /** What /validate will decide on the patched object: it admits. */
  readonly stored: Decision;
}

/**
 * Undefined where the decision is no clamp, where a value has no place to be written to (a list element that is gone), or
 * where the patched object would not be admitted (two parameters that name one place): /validate then refuses.
 */
export function makeClamp(request: ReviewRequest, decision: Decision, ports: FactPorts): Clamp | undefined {
  if (decision.outcome !== 'clamp') return undefined;
  const patch = writePatch(decision.verdicts, request.object);
  if (!isApplicable(patch, request.object)) return undefined;
  const stored = consider({ ...request, object: applyPatch(patch, request.object) }, ports);
  if (typeof stored === 'string' || stored.decision.outcome !== 'admit') return undefined;
  return { patch, stored: stored.decision };
}
