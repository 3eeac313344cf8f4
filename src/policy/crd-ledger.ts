/** The CustomResourceDefinition of what replicas share of the past: written by Flyball alone, and read by people. */
const text = (description: string, maxLength: number) => ({ type: 'string', description, maxLength });
const column = (name: string, type: string, jsonPath: string, description: string) => {
  return { name, type, jsonPath, description };
};

export const ledgerCrd = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'guardrailledgers.flyball.dev' },
  spec: {
    group: 'flyball.dev',
    scope: 'Namespaced',
    names: {
      kind: 'GuardrailLedger',
      listKind: 'GuardrailLedgerList',
      plural: 'guardrailledgers',
      singular: 'guardrailledger',
      shortNames: ['grl'],
      categories: ['flyball'],
    },
    versions: [
      {
        name: 'v1alpha1',
        served: true,
        storage: true,
        additionalPrinterColumns: [
          column('Object', 'string', '.spec.object', 'Whose history it is.'),
          column('Current', 'string', '.spec.current', 'The values that were last seen to be stored.'),
          column('Requested', 'string', '.spec.requested', 'What was asked for last.'),
          column('Granted', 'string', '.spec.granted', 'What was admitted last and may yet land.'),
          column(
            'Reversals',
            'integer',
            '.spec.reversals',
            'Movements against the one before, of those kept.',
          ),
          column(
            'Next change',
            'string',
            '.spec.nextChangeAllowed',
            'When what was refused last is admitted.',
          ),
          column('Age', 'date', '.metadata.creationTimestamp', 'How old it is.'),
        ],
        schema: {
          openAPIV3Schema: {
            type: 'object',
            description:
              'The history of one governed object: the server writes it, to share it among its replicas.',
            required: ['spec'],
            properties: {
              apiVersion: { type: 'string' },
              kind: { type: 'string' },
              metadata: { type: 'object' },
              spec: {
                type: 'object',
                required: ['object', 'write', 'state'],
                properties: {
                  object: text('Group, kind, namespace and name of the governed object.', 1024),
                  write: text('The write that made it: one whose answer was lost is recognised.', 64),
                  current: text('For people: the values that were last seen to be stored.', 512),
                  requested: text('For people: what was asked for last.', 512),
                  granted: text('For people: what was admitted last and may yet land.', 512),
                  nextChangeAllowed: text(
                    'For people: when what was refused last is admitted; empty: now.',
                    64,
                  ),
                  reversals: {
                    type: 'number',
                    description: 'For people: movements against the one before, of those that are kept.',
                    minimum: 0,
                  },
                  state: {
                    type: 'object',
                    description: 'The history itself. To edit it is to rewrite what was done.',
                    'x-kubernetes-preserve-unknown-fields': true,
                  },
                },
              },
            },
          },
        },
      },
    ],
  },
} as const;
