import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { isAllowed, type Judgement, judge } from '../../../src/cli/review/judge.ts';
import { reportJudgement } from '../../../src/cli/review/report.ts';
import { formatReview } from '../../../src/cli/review/text.ts';
import { noHistory } from '../../../src/core/history.ts';
import { readDocuments } from '../../../src/policy/document.ts';
import { loadDocuments } from '../../../src/policy/load.ts';
import { readReview } from '../../../src/webhook/decode.ts';
import { expectGolden } from './golden.ts';

/** Own policies, so that the starter library can change without changing what is printed here. */
const policies = `
apiVersion: flyball.dev/v1alpha1
kind: ClusterGuardrailPolicy
metadata: {name: platform}
spec:
  match:
    resources:
      - {group: autoscaling, kind: HorizontalPodAutoscaler}
      - {group: apps, kind: Deployment}
      - {group: "", kind: ResourceQuota}
  guards:
    - {parameter: hpa.maxReplicas, range: {min: 4, max: 40}}
    - {parameter: hpa.scaleTargetRef, choice: unchanged, onViolation: Deny}
    - {parameter: hpa.metrics.cpu.averageUtilization, range: {min: 30, max: 80}}
    - {parameter: quota.hard, step: {decrease: 25%}, onViolation: Throttle}
    - {parameter: containers.image, choice: unchanged, onViolation: Deny}
---
apiVersion: flyball.dev/v1alpha1
kind: GuardrailPolicy
metadata: {name: checkout, namespace: shop}
spec:
  match: {resources: [{group: autoscaling, kind: HorizontalPodAutoscaler}]}
  guards: [{parameter: hpa.maxReplicas, step: {increase: 50%, decrease: 2}}]
---
apiVersion: flyball.dev/v1alpha1
kind: GuardrailPolicy
metadata: {name: watching, namespace: shop}
spec:
  mode: Warn
  match: {resources: [{group: autoscaling, kind: HorizontalPodAutoscaler}]}
  guards: [{parameter: hpa.maxReplicas, range: {max: 12}}]
---
apiVersion: flyball.dev/v1alpha1
kind: GuardrailException
metadata: {name: sale, namespace: shop}
spec:
  policies: [checkout]
  guards: [{parameter: hpa.maxReplicas, step: {increase: 60%}}]
  owner: checkout-team
  reason: sale weekend
  ticket: OPS-4711
  expires: 2026-11-30T00:00:00Z
`;
const { set, problems } = loadDocuments(readDocuments({ file: 'policies.yaml', text: policies }).documents);
const now = Date.parse('2026-11-28T10:00:00Z');
const plain = { columns: undefined, style: (_: string, text: string) => text };

function readExample(name: string) {
  return parse(readFileSync(new URL(`../../../examples/reviews/${name}.yaml`, import.meta.url), 'utf8'));
}

function judgeReview(review: unknown): Judgement {
  const decoded = readReview(review);
  if (!decoded.ok || set === undefined) throw new Error(JSON.stringify([decoded, problems]));
  return judge(decoded.request, {
    readPolicies: () => set,
    readLabels: () => undefined,
    readNamespaceLabels: () => undefined,
    readHistory: () => noHistory,
    readNow: () => now,
  });
}

function format(name: string, judgement: Judgement, columns?: number): string {
  return formatReview(reportJudgement(`${name}.yaml:2:1`, judgement), judgement, { ...plain, columns });
}

describe('the text of a review', () => {
  it.each(['hpa-raised', 'hpa-cut', 'hpa-retargeted', 'hpa-v1', 'quota-emptied', 'image-touched', 'scale'])(
    '%s',
    (name) => {
      expectGolden(`review-${name}.txt`, format(name, judgeReview(readExample(name))));
    },
  );

  it('keeps to the width of a terminal, but for sentences', () => {
    const text = format('hpa-raised', judgeReview(readExample('hpa-raised')), 80);
    const table = text.split('\n').filter((line) => line.startsWith('    '));
    expect(table.length).toBeGreaterThan(3);
    for (const line of table) expect(line.length).toBeLessThanOrEqual(80);
  });
});

describe('judge', () => {
  it('denies a clamp that no patch can make, as the webhook does', () => {
    const review = readExample('hpa-raised');
    review.request.object.spec.maxReplicas = 10;
    review.request.object.spec.metrics = [];
    const judgement = judgeReview(review);
    expect(judgement).toMatchObject({
      decided: { outcome: 'deny', patch: [], decision: { outcome: 'clamp' } },
    });
    expect(isAllowed(judgement)).toBe(false);
    expect(format('removed', judgement)).toContain('no patch can clamp this');
  });

  it('knows who is never governed', () => {
    const review = readExample('scale');
    review.request.userInfo.username = 'system:serviceaccount:kube-system:horizontal-pod-autoscaler';
    const judgement = judgeReview(review);
    expect(judgement).toMatchObject({
      kind: 'not governed',
      reason: expect.stringMatching(/HPA controller/),
    });
    expect(isAllowed(judgement)).toBe(true);
    review.request.namespace = 'kube-system';
    expect(judgeReview(review)).toMatchObject({ reason: 'namespace kube-system is exempt' });
  });

  it('says that nothing bounded has changed', () => {
    const review = readExample('hpa-raised');
    review.request.object.spec.maxReplicas = 10;
    expect(format('same', judgeReview(review))).toContain('no parameter that policies can bound is changed');
  });
});
