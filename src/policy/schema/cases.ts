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

const value = (description: string) =>
  Type.Unsafe<number | string>({ type: ['integer', 'string'], maxLength: 1024, description });

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

const duration = (description: string) => text(description, { maxLength: 32 });

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
    opensAt: optional(
      duration(
        'When time alone lifts what decides, counted from the beginning of the case: `21m`; or `never`.',
      ),
    ),
  },
  'What must come out.',
);

const asked = {
  propose: optional(values('The proposed values; others stay as they are. Omitted with DELETE.')),
  by: optional(
    text('Who asks: a user name, such as `system:serviceaccount:optimizers:rl`. Omitted: `somebody`.'),
  ),
  groups: optional(list(text('A group.'), 'The groups of the actor.')),
  fieldManager: optional(text('What the client calls itself.')),
  operation: optional(
    oneOf(['CREATE', 'UPDATE', 'DELETE'], 'Omitted: UPDATE where values are stored, else CREATE.'),
  ),
};

const step = record(
  {
    at: duration('When, counted from the beginning of the case: `90s`. Not before the step above.'),
    ...asked,
    dryRun: optional(Type.Boolean({ description: 'Decided alike, but leaves nothing behind.' })),
    lands: optional(
      Type.Boolean({
        description: 'False: what is granted is not stored, as after a conflict. Omitted: true.',
      }),
    ),
    expect: optional(expectation),
  },
  'One request of several. What is granted is stored, and becomes history.',
);

const other = record(
  {
    name: text('The name.'),
    namespace: optional(text('The namespace. Omitted: that of what is changed.')),
    values: values('Its stored values.'),
  },
  'Another object.',
);

const past = record(
  {
    ago: duration('When, counted back from the beginning of the case: `5m`.'),
    parameter: text('What moved, or was to move.'),
    from: optional(value('A movement: the value before. Omitted: there was none.')),
    to: optional(value('A movement: the value after.')),
    proposed: optional(value('Instead of `to`: a value that was proposed, and did not land.')),
    by: optional(text('Whose it was. Omitted: `somebody`.')),
  },
  'One movement, or one proposal, before the case begins.',
);

const testCase = record(
  {
    name: text('What the case shows.'),
    given: optional(values('The stored values. Omitted: the object is created.')),
    ...asked,
    at: optional(
      Type.String({
        format: 'date-time',
        maxLength: 40,
        description: 'When it begins, RFC 3339. Omitted: 2026-01-07T12:00:00Z, a Wednesday.',
      }),
    ),
    target: optional(target),
    labels: optional(textMap('Labels of the object.')),
    annotations: optional(textMap('Annotations of the stored object.')),
    object: optional(anyObject('Other fields of the object, stored and proposed, that conditions read.')),
    namespaceLabels: optional(textMap('Labels of its namespace.')),
    others: optional(
      list(
        other,
        'Other objects of the same kind, whose values budgets add up. Omitted: there are none.',
        1024,
      ),
    ),
    history: optional(list(past, 'What happened before, the oldest first.', 1024)),
    timeline: optional(
      list(step, 'Instead of `propose` and `expect`: several requests, one after another.', 1024),
    ),
    expect: optional(expectation),
  },
  'One request, or several, and what must come of it.',
);

export const casesFile = record(
  { cases: list(testCase, 'The cases.', 1024) },
  'Cases for the policies of the same folder, run by `flyball test`.',
);

export type CaseSpec = Static<typeof testCase>;
export type StepSpec = Static<typeof step>;
export type PastSpec = Static<typeof past>;
export type Expectation = Static<typeof expectation>;
export type CasesFile = Static<typeof casesFile>;
