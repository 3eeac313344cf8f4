import Type from 'typebox';
import { list, oneOf, optional, record, type Static, text, textMap } from './build.ts';

/** Parameter names to values, as a person writes them. */
const values = (description: string) =>
  Type.Unsafe<Readonly<Record<string, number | string>>>({
    type: 'object',
    minProperties: 1,
    maxProperties: 64,
    additionalProperties: { type: ['integer', 'string'], maxLength: 1024 },
    description,
  });

const anyObject = (description: string) =>
  Type.Unsafe<Readonly<Record<string, unknown>>>({ type: 'object', description });

const target = record(
  {
    group: optional(Type.String({ maxLength: 253, description: 'The API group.' })),
    kind: optional(text('The kind. Omitted: inferred from the parameters.', { maxLength: 63 })),
    subresource: optional(
      Type.String({ maxLength: 63, description: '`scale`, `status`; empty for the object itself.' }),
    ),
    namespace: optional(
      Type.String({ maxLength: 253, description: 'The namespace. Omitted: where the policies are.' }),
    ),
    name: optional(text('The name. Omitted: `example`.')),
  },
  'What is changed.',
);

const determining = record(
  {
    rule: text('The rule: `range`.'),
    reason: optional(text('The reason: `AboveMaximum`.')),
    policy: optional(text('The policy: `shop/checkout`, or `checkout` for a cluster policy.')),
    parameter: optional(text('The parameter.')),
  },
  'A limit that excludes what was proposed.',
);

const expectation = record(
  {
    verdict: oneOf(['admit', 'clamp', 'throttle', 'deny'], 'The outcome of the whole request.'),
    granted: optional(values('What is granted, or would be.')),
    determining: optional(
      Type.Array(determining, {
        maxItems: 64,
        description: 'Limits that must be among those that decide.',
      }),
    ),
  },
  'What must come out.',
);

const testCase = record(
  {
    name: text('What the case shows.'),
    given: optional(values('The stored values. Omitted: the object is created.')),
    propose: optional(values('The proposed values; others stay as given. Omitted with DELETE.')),
    by: text('Who asks: a user name, such as `system:serviceaccount:optimizers:rl`.'),
    groups: optional(list(text('A group.'), 'The groups of the actor.')),
    fieldManager: optional(text('What the client calls itself.')),
    operation: optional(oneOf(['CREATE', 'UPDATE', 'DELETE'], 'Omitted: UPDATE with `given`, else CREATE.')),
    at: optional(
      Type.String({
        format: 'date-time',
        maxLength: 40,
        description: 'When, RFC 3339. Omitted: 2026-01-07T12:00:00Z, a Wednesday.',
      }),
    ),
    target: optional(target),
    labels: optional(textMap('Labels of the object.')),
    annotations: optional(textMap('Annotations of the stored object.')),
    object: optional(anyObject('Other fields of the object, stored and proposed, that conditions read.')),
    namespaceLabels: optional(textMap('Labels of its namespace.')),
    expect: expectation,
  },
  'One request and what must come of it.',
);

export const casesFile = record(
  { cases: list(testCase, 'The cases.', 1024) },
  'Cases for the policies of the same folder, run by `flyball test`.',
);

export type CaseSpec = Static<typeof testCase>;
export type CasesFile = Static<typeof casesFile>;
