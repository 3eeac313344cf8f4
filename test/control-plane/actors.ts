import { randomBytes } from 'node:crypto';

/** Who a request comes from, as the API server and thus a webhook's `userInfo` will see it. */
export interface Actor {
  readonly name: string;
  readonly user: string;
  readonly groups: readonly string[];
  /** `writer` may write all that Flyball governs, so that admission decides, not RBAC; `none` has its groups' rights. */
  readonly rights: 'writer' | 'none';
}

/** An actor with the bearer token the API server knows it by. */
export interface Identity extends Actor {
  readonly token: string;
}

/** The actors of every control plane; `controller-manager` is the identity of the process itself. */
export const actors: readonly Actor[] = [
  { name: 'admin', user: 'admin', groups: ['system:masters'], rights: 'none' },
  serviceAccount('rl', 'optimizers', 'rl'),
  serviceAccount('gitops', 'argocd', 'argocd-application-controller'),
  { name: 'sre', user: 'alice', groups: ['sre-oncall'], rights: 'writer' },
  serviceAccount('hpa', 'kube-system', 'horizontal-pod-autoscaler'),
  { name: 'controller-manager', user: 'system:kube-controller-manager', groups: [], rights: 'none' },
];

/** An actor with the user and groups that the token of a service account carries. */
export function serviceAccount(name: string, namespace: string, account: string): Actor {
  return {
    name,
    user: `system:serviceaccount:${namespace}:${account}`,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
    rights: 'writer',
  };
}

/**
 * Gives each actor a fresh token. A later actor replaces an earlier one of its name.
 *
 * @returns identities by the actor's name.
 */
export function identify(all: readonly Actor[]): ReadonlyMap<string, Identity> {
  return new Map(all.map((actor) => [actor.name, { ...actor, token: randomBytes(16).toString('hex') }]));
}

/** The lines of `--token-auth-file`: token, user, uid, groups. */
export function tokenFile(identities: Iterable<Identity>): string {
  return [...identities]
    .map(({ token, user, name, groups }) => `${token},"${user}","${name}","${groups.join(',')}"\n`)
    .join('');
}

/** A kubeconfig for one actor, as JSON, which every reader of kubeconfigs accepts as YAML. */
export function kubeconfigText(identity: Identity, server: { url: string; caFile: string }): string {
  const { name, token } = identity;
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [
      { name: 'flyball-test', cluster: { server: server.url, 'certificate-authority': server.caFile } },
    ],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: 'flyball-test', user: name } }],
  });
}

const writerRole = 'flyball-test-writer';

/** What a writer may touch: the kinds Flyball governs, their subresources, and the objects they need around them. */
const writable: Readonly<Record<string, readonly string[]>> = {
  '': [
    ...['namespaces', 'configmaps', 'services', 'events', 'limitranges', 'replicationcontrollers'],
    ...['replicationcontrollers/scale', 'resourcequotas', 'resourcequotas/status'],
    ...['pods', 'pods/status', 'pods/resize', 'pods/binding', 'pods/eviction'],
  ],
  apps: ['*'],
  autoscaling: ['*'],
  batch: ['*'],
  policy: ['*'],
  'argoproj.io': ['*'],
  'autoscaling.k8s.io': ['*'],
  'flyball.dev': ['*'],
  'keda.sh': ['*'],
};

/** The RBAC objects that give writers their rights. */
export function writerRbac(identities: Iterable<Identity>): readonly object[] {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const apiGroup = 'rbac.authorization.k8s.io';
  const metadata = { name: writerRole };
  const rules = Object.entries(writable).map(([group, resources]) => ({
    apiGroups: [group],
    resources,
    verbs: ['*'],
  }));
  const subjects = [...identities]
    .filter(({ rights }) => rights === 'writer')
    .map(({ user }) => ({ kind: 'User', apiGroup, name: user }));
  return [
    { apiVersion, kind: 'ClusterRole', metadata, rules },
    {
      apiVersion,
      kind: 'ClusterRoleBinding',
      metadata,
      subjects,
      roleRef: { apiGroup, kind: 'ClusterRole', name: writerRole },
    },
  ];
}
