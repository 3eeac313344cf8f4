/**
 * AdmissionReviews as the API server sends them on an UPDATE: `object` and `oldObject` whole, with annotations and
 * managedFields. An optimizer moves two knobs; the rest of the object is ballast that has to be read all the same.
 */
import { deploymentSpec } from './reviews/deployment.ts';
import { hpaSpec } from './reviews/hpa.ts';
import { managedFieldsOf } from './reviews/managed-fields.ts';

export const kindNames = ['HPA', 'Deployment'] as const;
export type KindName = (typeof kindNames)[number];

/** KiB of the whole review, about. */
export const sizesKibibytes = [2, 8, 60] as const;
export type SizeKibibytes = (typeof sizesKibibytes)[number];

/**
 * What is asked for: a value that the policies of `policies.ts` admit, one far outside of them, and the one to which
 * that is clamped, which is what `/validate` sees after our own `/mutate`.
 */
export type Proposal = 'within' | 'outside' | 'clamped';

/** The optimizer whom the policies bound, or a person whom the platform's policy leaves out. */
export type ActorName = 'tuner' | 'on-call';

const actors: Readonly<Record<ActorName, { readonly username: string; readonly groups: readonly string[] }>> =
  {
    tuner: {
      username: 'system:serviceaccount:optimizers:tuner',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:optimizers', 'system:authenticated'],
    },
    'on-call': { username: 'ada@shop.example', groups: ['sre-oncall', 'system:authenticated'] },
  };

export interface ReviewChoice {
  readonly kind: KindName;
  readonly kibibytes: SizeKibibytes;
  readonly proposal: Proposal;
  readonly actor: ActorName;
  /** Each is another object of another namespace. */
  readonly index: number;
}

const gvk = {
  HPA: {
    group: 'autoscaling',
    version: 'v2',
    kind: 'HorizontalPodAutoscaler',
    resource: 'horizontalpodautoscalers',
  },
  Deployment: { group: 'apps', version: 'v1', kind: 'Deployment', resource: 'deployments' },
} as const;

/** The namespace and the `app` label of the object with this index. */
export function placeOf(index: number): { readonly namespace: string; readonly app: string } {
  return { namespace: `team-${index}`, app: `app-${index}` };
}

export function createReview(choice: ReviewChoice): unknown {
  const { kind, index } = choice;
  const { group, version, kind: kindName, resource } = gvk[kind];
  const { namespace, app } = placeOf(index);
  const typed = { group, version, kind: kindName };
  const named = { group, version, resource };
  return {
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid: `705ab4f5-6393-11e8-b7cc-42010a80${String(index).padStart(4, '0')}`,
      kind: typed,
      resource: named,
      requestKind: typed,
      requestResource: named,
      name: app,
      namespace,
      operation: 'UPDATE',
      userInfo: { uid: 'a3c2d6d2-6a1e-4c3d-9f0e-6c1f1d0b8f11', ...actors[choice.actor] },
      object: createObject(choice, choice.proposal),
      oldObject: createObject(choice, 'stored'),
      dryRun: false,
      options: { kind: 'UpdateOptions', apiVersion: 'meta.k8s.io/v1', fieldManager: 'tuner' },
    },
  };
}

function createObject({ kind, kibibytes, index }: ReviewChoice, state: Proposal | 'stored'): unknown {
  const { group, version, kind: kindName } = gvk[kind];
  const { namespace, app } = placeOf(index);
  const spec = kind === 'HPA' ? hpaSpec(app, kibibytes, state) : deploymentSpec(app, kibibytes, state);
  const isSmall = kibibytes === 2;
  const annotations = isSmall ? {} : { annotations: annotationsOf(kibibytes, spec) };
  const metadata = {
    name: app,
    namespace,
    uid: `0c7ab9d4-1f6e-4c6d-8f43-77e2b1${String(index).padStart(6, '0')}`,
    resourceVersion: `${910_000 + index}`,
    generation: 12,
    creationTimestamp: '2026-03-02T09:14:27Z',
    labels: { app, 'app.kubernetes.io/part-of': 'shop', tier: 'web' },
    ...annotations,
  };
  const body = { apiVersion: `${group}/${version}`, kind: kindName };
  return {
    ...body,
    metadata: isSmall ? metadata : { ...metadata, managedFields: managedFieldsOf({ metadata, spec }) },
    spec,
  };
}

/** `kubectl apply` keeps the whole object as text within the text: half of its characters are escapes. */
function annotationsOf(kibibytes: SizeKibibytes, spec: unknown): Record<string, string> {
  const applied = kibibytes === 60 ? { spec } : {};
  return {
    'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ ...applied, kind: 'applied' }),
    'meta.helm.sh/release-name': 'shop',
    'argocd.argoproj.io/tracking-id': 'shop:apps/Deployment:shop/checkout',
  };
}
