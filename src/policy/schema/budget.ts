import { list, literal, oneOf, optional, record, type Static, text } from './build.ts';

export const budget = record(
  {
    name: text('What it is called in explanations: `shop-replicas`.', {
      maxLength: 63,
      pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
    }),
    sum: record(
      {
        parameter: text(
          'A number that one kind of object has: `deployment.replicas`, `hpa.maxReplicas`, `quota.hard[requests.cpu]`.',
        ),
      },
      'What is added up, over all objects that have it; what is absent counts as nothing.',
    ),
    over: optional(
      record(
        {
          namespaces: list(
            text('A namespace; a trailing `*` matches any rest.'),
            'The namespaces, by name.',
            256,
          ),
        },
        'Whose objects count, whether or not the policy governs them. Omitted: those of the namespaces that it matches.',
      ),
    ),
    max: literal('The greatest sum: `40`, `"200"`, `64Gi`.'),
    onViolation: optional(
      oneOf(
        ['Clamp', 'Throttle', 'Deny'],
        'Clamp grants what is left, Throttle and Deny refuse the change.',
        'Clamp',
      ),
    ),
  },
  'A sum over many objects. It bounds growth: nobody is made to shrink, and a decrease is always admitted.',
);

export type BudgetSpec = Required<Pick<Static<typeof budget>, 'onViolation'>> & Static<typeof budget>;
