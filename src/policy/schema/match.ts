import Type from 'typebox';
import { list, logic, oneOf, optional, record, type Static, text, textMap } from './build.ts';

const resource = record(
  {
    group: Type.String({ maxLength: 253, description: 'The API group; empty for the core group.' }),
    kind: text('The kind: `HorizontalPodAutoscaler`. For `/scale` it is the kind of the scaled object.', {
      maxLength: 63,
    }),
    subresources: optional(
      list(
        Type.String({
          maxLength: 63,
          description: '`scale`, `resize`, `status`; empty for the object itself.',
        }),
        'The doors that are guarded. Omitted: every one that the catalogue knows, for a bound with an open door is none.',
        8,
      ),
    ),
  },
  'Objects of one kind.',
);

const requirement = record(
  {
    key: text('The label’s key.', { maxLength: 317 }),
    operator: oneOf(['In', 'NotIn', 'Exists', 'DoesNotExist'], 'How the label is compared.'),
    values: optional(
      list(Type.String({ maxLength: 63, description: 'A value.' }), 'For In and NotIn: the values.'),
    ),
  },
  'One condition on a label.',
);

const selector = (description: string) =>
  record(
    {
      matchLabels: optional(textMap('Labels that must have exactly these values.')),
      matchExpressions: optional(list(requirement, 'Conditions that must all hold.', 32)),
    },
    description,
  );

const identity = {
  user: optional(text('A user name; a trailing `*` matches any rest.')),
  group: optional(text('A group; a trailing `*` matches any rest.')),
  serviceAccount: optional(
    text('A service account, `namespace/name`; a trailing `*` matches any rest.', {
      maxLength: 317,
      pattern: '^([^/]+/[^/]+|\\*)$',
    }),
  ),
};

const included = record(
  {
    ...identity,
    fieldManager: optional(
      text('What the client calls itself. Clients choose it freely: it can only make a policy stricter.'),
    ),
  },
  'Who; all given fields must match.',
  { minProperties: 1 },
);

const excluded = record(identity, 'Who; all given fields must match.', { minProperties: 1 });

const actors = record(
  {
    include: optional(list(included, 'Who is governed. Omitted: everyone.', 32)),
    exclude: optional(list(excluded, 'Who is not, although included.', 32)),
  },
  'By whom a change is asked. Omitted: by anyone.',
);

const anywhere = {
  resources: list(resource, 'Which kinds of objects.', 32),
  names: optional(
    list(text('A name; a trailing `*` matches any rest.'), 'Which objects, by name. Omitted: all.'),
  ),
  labels: optional(
    selector(
      'Which objects, by label; of `/scale`, the labels of the scaled object. Stored and proposed labels both count.',
    ),
  ),
  actors: optional(actors),
  operations: optional(
    list(oneOf(['CREATE', 'UPDATE', 'DELETE'], 'An operation.'), 'Which operations. Omitted: all.', 3),
  ),
  when: optional(
    logic(
      'JSON Logic over `object`, `oldObject`, `parameters`, `actor` and so on: the policy applies where it is true.',
    ),
  ),
};

export const namespacedMatch = record(anywhere, 'Which requests the policy governs, in its own namespace.');

export const clusterMatch = record(
  {
    ...anywhere,
    namespaces: optional(
      list(
        text('A namespace; a trailing `*` matches any rest.'),
        'Which namespaces, by name. Omitted: all.',
        256,
      ),
    ),
    namespaceSelector: optional(selector('Which namespaces, by label.')),
  },
  'Which requests the policy governs.',
);

export type Match = Static<typeof clusterMatch>;
export type Selector = Static<ReturnType<typeof selector>>;
export type ActorPattern = Static<typeof included>;
