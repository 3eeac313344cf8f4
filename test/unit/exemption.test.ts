import { expect, it } from 'vitest';
import { type ExemptionSettings, findExemption } from '../../src/exemption.ts';
import type { ReviewRequest } from '../../src/webhook/review.ts';

const settings: ExemptionSettings = {
  namespaces: new Set(['kube-system', 'flyball-system']),
  breakGlassGroups: new Set(['break-glass']),
  governHpaController: false,
};

const manager = 'system:kube-controller-manager';
const account = (name: string): string => `system:serviceaccount:kube-system:${name}`;

function find(traits: Partial<ReviewRequest>, altered: Partial<ExemptionSettings> = {}) {
  const request: ReviewRequest = {
    uid: 'u',
    group: 'apps',
    version: 'v1',
    kind: 'Deployment',
    resource: { group: 'apps', version: 'v1', resource: 'deployments' },
    subresource: '',
    namespace: 'shop',
    name: 'web',
    operation: 'UPDATE',
    user: 'ada',
    groups: [],
    dryRun: false,
    object: {},
    oldObject: {},
    ...traits,
  };
  return findExemption(request, { ...settings, ...altered });
}

it.each<[Partial<ReviewRequest>, string]>([
  [{ operation: 'CONNECT' }, 'CONNECT changes no object'],
  [{ namespace: 'kube-system' }, 'namespace kube-system is exempt'],
  [{ namespace: 'flyball-system' }, 'namespace flyball-system is exempt'],
  [
    { subresource: 'scale', user: account('horizontal-pod-autoscaler') },
    'the HPA controller is bounded through the HPA object',
  ],
  [{ subresource: 'scale', user: manager }, 'the HPA controller is bounded through the HPA object'],
  [
    { subresource: 'status', user: account('resourcequota-controller') },
    'the quota controller reports what is',
  ],
  [{ subresource: 'status', user: manager }, 'the quota controller reports what is'],
  [
    { operation: 'DELETE', user: account('namespace-controller') },
    'a controller collects what was condemned',
  ],
  [
    { operation: 'DELETE', user: account('generic-garbage-collector') },
    'a controller collects what was condemned',
  ],
  [{ operation: 'DELETE', user: manager }, 'a controller collects what was condemned'],
])('%j: %s', (traits, reason) => {
  expect(find(traits)).toEqual({ reason, isBreakGlass: false });
});

it.each<[Partial<ReviewRequest>]>([
  [{}],
  [{ namespace: '' }],
  [{ namespace: '__proto__' }],
  [{ subresource: 'scale' }],
  [{ user: account('horizontal-pod-autoscaler') }],
  [{ subresource: 'status', user: account('horizontal-pod-autoscaler') }],
  [{ subresource: 'scale', user: account('resourcequota-controller') }],
  [{ user: manager }],
  [{ operation: 'CREATE', user: account('namespace-controller') }],
  [{ operation: 'DELETE', user: account('horizontal-pod-autoscaler') }],
  [{ groups: ['system:masters', 'Break-Glass', 'constructor'] }],
  [{ user: 'break-glass' }],
])('%j is governed', (traits) => {
  expect(find(traits)).toBeUndefined();
});

it('names the break-glass group', () => {
  expect(find({ groups: ['a', 'break-glass'] })).toEqual({
    reason: 'break-glass group break-glass',
    isBreakGlass: true,
  });
});

it('prefers a routine exemption to break-glass, which is recorded', () => {
  expect(find({ groups: ['break-glass'], namespace: 'kube-system' })?.isBreakGlass).toBe(false);
});

it('governs the HPA controller on request, and still nothing else of the routine', () => {
  const altered = { governHpaController: true };
  expect(find({ subresource: 'scale', user: account('horizontal-pod-autoscaler') }, altered)).toBeUndefined();
  expect(find({ subresource: 'scale', user: manager }, altered)).toBeUndefined();
  expect(find({ subresource: 'status', user: manager }, altered)).toBeDefined();
});
