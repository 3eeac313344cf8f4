/** Who is never governed, and why: before any policy is looked at. */
import type { ReviewRequest } from './webhook/review.ts';

export interface ExemptionSettings {
  /** `kube-system` and our own namespace: a policy must never lock the cluster, or us, out. */
  readonly namespaces: ReadonlySet<string>;
  /** Groups of people whose every change passes; each pass is recorded. */
  readonly breakGlassGroups: ReadonlySet<string>;
  /** Govern the HPA controller's own writes to `/scale`; it ignores what was granted (docs/clients.md). */
  readonly governHpaController: boolean;
}

/** What is exempt where nothing else is said. */
export const defaultExemptions: ExemptionSettings = {
  namespaces: new Set(['kube-system', 'flyball-system']),
  breakGlassGroups: new Set(),
  governHpaController: false,
};

export interface Exemption {
  readonly reason: string;
  /** Recorded with what would have been decided; the others are routine, and only counted. */
  readonly isBreakGlass: boolean;
}

const controllerManager = 'system:kube-controller-manager';
const hpaController = 'system:serviceaccount:kube-system:horizontal-pod-autoscaler';
const quotaController = 'system:serviceaccount:kube-system:resourcequota-controller';
/** They delete what is already condemned; holding them back leaves namespaces terminating for ever. */
const collectors: ReadonlySet<string> = new Set([
  'system:serviceaccount:kube-system:namespace-controller',
  'system:serviceaccount:kube-system:generic-garbage-collector',
  controllerManager,
]);

/** The exemption that a request has, if it has one. Identity is what the API server authenticated. */
export function findExemption(request: ReviewRequest, settings: ExemptionSettings): Exemption | undefined {
  const routine = (reason: string): Exemption => ({ reason, isBreakGlass: false });
  const { user, subresource, operation } = request;
  if (operation === 'CONNECT') return routine('CONNECT changes no object');
  if (settings.namespaces.has(request.namespace)) return routine(`namespace ${request.namespace} is exempt`);
  const isController = user === controllerManager;
  if (subresource === 'scale' && !settings.governHpaController && (user === hpaController || isController)) {
    return routine('the HPA controller is bounded through the HPA object');
  }
  if (subresource === 'status' && (user === quotaController || isController))
    return routine('the quota controller reports what is');
  if (operation === 'DELETE' && collectors.has(user))
    return routine('a controller collects what was condemned');
  const group = request.groups.find((name) => settings.breakGlassGroups.has(name));
  return group === undefined ? undefined : { reason: `break-glass group ${group}`, isBreakGlass: true };
}
