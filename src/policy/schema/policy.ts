import { type BudgetSpec, budget } from './budget.ts';
import {
  list,
  longestText,
  metadata,
  oneOf,
  optional,
  readonlyStatus,
  record,
  type Static,
  text,
} from './build.ts';
import { type GuardSpec, guard } from './guard.ts';
import { clusterMatch, namespacedMatch } from './match.ts';

export const apiVersion = 'flyball.dev/v1alpha1';

const parameter = record(
  {
    name: text('The name that guards use: `rollout.maxSurge`.', {
      maxLength: 128,
      pattern: '^[a-zA-Z][a-zA-Z0-9]*(\\.[a-zA-Z][a-zA-Z0-9]*)+$',
    }),
    path: text('RFC 9535 JSONPath to one value: `$.spec.strategy.maxSurge`.', { maxLength: 512 }),
    type: oneOf(['integer', 'quantity', 'percent', 'duration', 'choice'], 'How the value is read.'),
    capacity: optional(
      oneOf(['more', 'less', 'none'], 'What a higher value means for capacity: none where omitted.'),
    ),
    integration: optional(
      oneOf(
        ['parametric', 'restrictive', 'substitutive'],
        'How it attaches to the control loop (thresholds, bounds, direct actuation): parametric where omitted.',
      ),
    ),
    description: optional(text('One line for people.', { maxLength: longestText })),
  },
  'A parameter that the catalogue does not have.',
);

const common = {
  description: optional(text('What the policy is for, for people.', { maxLength: longestText })),
  mode: optional(
    oneOf(
      ['Enforce', 'Warn', 'Audit'],
      'Enforce bounds; Warn tells the client; Audit only records.',
      'Enforce',
    ),
  ),
  failurePolicy: optional(
    oneOf(
      ['Fail', 'Ignore'],
      'When a guard cannot be evaluated: Fail refuses the change, Ignore admits it and says so.',
      'Fail',
    ),
  ),
  parameters: optional(list(parameter, 'Parameters that the catalogue does not have.', 32)),
  guards: optional(list(guard, 'The bounds.')),
  budgets: optional(list(budget, 'Bounds on sums over many objects.', 32)),
};

const namespacedSpec = record({ ...common, match: namespacedMatch }, 'What is bounded, where, and how.');
const clusterSpec = record({ ...common, match: clusterMatch }, 'What is bounded, where, and how.');

const head = <K extends string>(kind: K) => ({
  apiVersion: oneOf([apiVersion], 'The version of this document’s form.'),
  kind: oneOf([kind], 'The kind of document.'),
});

export const guardrailPolicy = record(
  {
    ...head('GuardrailPolicy'),
    metadata: metadata(true),
    spec: namespacedSpec,
    status: optional(readonlyStatus()),
  },
  'Bounds what may be changed in one namespace. It can only tighten what cluster policies allow.',
);

export const clusterGuardrailPolicy = record(
  {
    ...head('ClusterGuardrailPolicy'),
    metadata: metadata(false),
    spec: clusterSpec,
    status: optional(readonlyStatus()),
  },
  'Bounds what may be changed, in all namespaces that it matches.',
);

type WrittenSpec = Static<typeof clusterSpec>;

/** With its defaults filled in. */
export type PolicySpec = Omit<WrittenSpec, 'guards' | 'budgets'> &
  Required<Pick<WrittenSpec, 'mode' | 'failurePolicy'>> & {
    readonly guards?: readonly GuardSpec[];
    readonly budgets?: readonly BudgetSpec[];
  };
export type ParameterSpec = Static<typeof parameter>;

export interface PolicyDocument {
  readonly apiVersion: typeof apiVersion;
  readonly kind: 'GuardrailPolicy' | 'ClusterGuardrailPolicy';
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec: PolicySpec;
}

export { head };
