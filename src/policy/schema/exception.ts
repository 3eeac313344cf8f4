import Type from 'typebox';
import { list, longestText, metadata, optional, readonlyStatus, record, type Static, text } from './build.ts';
import { exceptionGuard } from './guard.ts';
import { type apiVersion, head } from './policy.ts';

const spec = record(
  {
    policies: optional(list(text('A name.'), 'Which GuardrailPolicies of this namespace are altered.')),
    clusterPolicies: optional(
      list(text('A name.'), 'Which ClusterGuardrailPolicies are altered. Only in Flyball’s own namespace.'),
    ),
    namespaces: optional(
      list(
        text('A namespace; a trailing `*` matches any rest.'),
        'With `clusterPolicies`: where. An exception never holds everywhere by omission.',
      ),
    ),
    guards: list(exceptionGuard, 'What is allowed instead.'),
    owner: text('Who answers for it.'),
    reason: text('Why, for people.', { maxLength: longestText }),
    ticket: text('Where it was agreed.'),
    expires: Type.String({
      format: 'date-time',
      maxLength: 40,
      description: 'When it ends, RFC 3339: `2026-11-30T00:00:00Z`.',
    }),
  },
  'Which policies, what instead, by whom, why and until when.',
  {
    rules: [
      {
        rule: 'has(self.policies) || has(self.clusterPolicies)',
        message: 'name the policies in `policies` or `clusterPolicies`',
      },
      {
        rule: 'has(self.clusterPolicies) == has(self.namespaces)',
        message: '`clusterPolicies` and `namespaces` go together',
      },
    ],
  },
);

export const guardrailException = record(
  {
    apiVersion: head('GuardrailException').apiVersion,
    kind: head('GuardrailException').kind,
    metadata: metadata(true),
    spec,
    status: optional(readonlyStatus()),
  },
  'Alters named rules of named policies until it expires, and says by whom and why.',
);

export type ExceptionSpec = Static<typeof spec>;

export interface ExceptionDocument {
  readonly apiVersion: typeof apiVersion;
  readonly kind: 'GuardrailException';
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: ExceptionSpec;
}
