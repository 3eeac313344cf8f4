/** One rule of a ClusterRole. */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const documents = ['guardrailpolicies', 'clusterguardrailpolicies', 'guardrailexceptions'];

/**
 * All the rights that this folder's adapters use, cluster-wide. The end-to-end tests run with these and no others.
 * Nothing here can read a Secret or write what is governed.
 */
export const neededRules: readonly Rule[] = [
  { apiGroups: ['flyball.dev'], resources: documents, verbs: ['list', 'watch'] },
  {
    apiGroups: ['flyball.dev'],
    resources: documents.map((resource) => `${resource}/status`),
    verbs: ['patch'],
  },
  { apiGroups: [''], resources: ['namespaces'], verbs: ['list', 'watch'] },
  { apiGroups: ['apps'], resources: ['deployments', 'statefulsets'], verbs: ['list', 'watch'] },
  { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'], verbs: ['list', 'watch'] },
  { apiGroups: [''], resources: ['resourcequotas'], verbs: ['list', 'watch'] },
  { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: ['list', 'watch'] },
];
