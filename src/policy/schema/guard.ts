import Type from 'typebox';
import {
  bound,
  list,
  literal,
  logic,
  longestText,
  oneOf,
  optional,
  record,
  type Static,
  text,
} from './build.ts';

const parameterName = (description: string) => text(description, { maxLength: 253 });

const direction = (what: string) =>
  literal(`At most so much ${what} at once: an amount (\`2\`, \`500m\`) or a share (\`50%\`).`);

const duration = (description: string) => text(description, { maxLength: 32 });
const times = (minimum: number, description: string) =>
  Type.Integer({ minimum, maximum: 10_000, description });

/** Bounds in time: they read the history of the parameter, which is kept over deletion and making anew. */
const dynamics = {
  rate: optional(
    record(
      {
        change: optional(
          literal('The greatest sum of movements, up and down alike: an amount (`12`, `500m`).'),
        ),
        changes: optional(times(1, 'The greatest number of movements.')),
        within: duration('The length of the window, which slides: `10m`, at most `7d`.'),
        by: optional(
          oneOf(
            ['object', 'actor'],
            'Whose movements count: everyone’s (object, where omitted), or only those of who asks.',
          ),
        ),
      },
      'How far, and how often, the value moves in any window of time.',
      { rules: [{ rule: 'has(self.change) || has(self.changes)', message: 'give `change` or `changes`' }] },
    ),
  ),
  cooldown: optional(
    record(
      {
        increase: optional(duration('How long the value rests before it goes up: `30s`.')),
        decrease: optional(duration('How long the value rests before it goes down: `5m`.')),
      },
      'How long the value rests after a movement, up or down, before it moves again.',
      { minProperties: 1 },
    ),
  ),
  reversal: optional(
    record(
      {
        max: times(0, 'How many reversals there may be in the window.'),
        within: duration('The length of the window, which slides: `15m`, at most `7d`.'),
      },
      'Oscillation: how often the value moves against the direction of the movement before.',
    ),
  ),
  persistence: optional(
    record(
      {
        requests: optional(times(2, 'How many proposals, the present one included.')),
        for: optional(duration('How long it has been proposed, without a break: `3m`.')),
        spacing: optional(
          duration('What comes sooner after a proposal repeats it, as retries do. Omitted: `10s`.'),
        ),
      },
      'A proposal has to be repeated, so many times or for so long, before it is actuated. Another one, or silence for ten times the spacing, begins anew.',
      {
        minProperties: 1,
        rules: [
          { rule: 'has(self.requests) != has(self.__for__)', message: 'give either `requests` or `for`' },
        ],
      },
    ),
  ),
};

/** What a guard and an exception's guard have in common: one rule a field. */
const rules = {
  range: optional(
    record(
      {
        min: optional(bound('The least value admitted: a literal or JSON Logic.')),
        max: optional(bound('The greatest value admitted: a literal or JSON Logic.')),
      },
      'Amplitude: the value lies between min and max.',
      { minProperties: 1 },
    ),
  ),
  step: optional(
    record(
      { increase: optional(direction('up')), decrease: optional(direction('down')) },
      'How far one change may move the value from the current one.',
      { minProperties: 1 },
    ),
  ),
  ...dynamics,
  deadband: optional(literal('Changes smaller than this (an amount or a share) keep the current value.')),
  drift: optional(
    record(
      {
        from: literal(
          'Where distance is measured from: a literal, or `anchor`: the object’s annotation `flyball.dev/anchor.<parameter>`.',
        ),
        max: literal('The greatest distance: an amount or a share.'),
      },
      'Total distance from a fixed point, in however many small steps.',
    ),
  ),
  choice: optional(
    Type.Unsafe<'unchanged' | readonly string[]>({
      type: ['string', 'array'],
      pattern: '^unchanged$',
      minItems: 1,
      maxItems: 256,
      items: { type: 'string', maxLength: longestText },
      description: 'The values that are allowed, or `unchanged`.',
    }),
  ),
  ownership: optional(
    record(
      {
        allow: Type.Array(
          oneOf(['parametric', 'restrictive', 'substitutive'], 'Thresholds, bounds or direct actuation.'),
          { maxItems: 3, description: 'The classes of parameters that may be changed.' },
        ),
      },
      'Which parameters the actor may touch at all, by how they attach to the control loop.',
    ),
  ),
  freeze: optional(
    record(
      {
        schedule: text('When a window opens: cron, five fields, `0 18 * * 5`.', { maxLength: 128 }),
        timeZone: optional(text('The IANA time zone of the schedule. Omitted: UTC.', { maxLength: 64 })),
        for: text('How long it lasts: `62h`, `1h30m`.', { maxLength: 32 }),
      },
      'Windows of time in which nothing, or only one direction, moves.',
    ),
  ),
  forbid: optional(
    oneOf(
      ['AnyChange', 'LessCapacity', 'MoreCapacity'],
      'What `freeze` forbids: AnyChange where omitted. Capacity, not the value: a higher CPU target is less capacity.',
    ),
  ),
};

const names = {
  parameter: optional(
    parameterName(
      'What is bounded: a name of the catalogue (`hpa.maxReplicas`), one instance (`containers[web].image`), or `hpa.*`.',
    ),
  ),
  parameters: optional(list(parameterName('A parameter.'), 'Instead of `parameter`: several.')),
};

const onlyOneName = {
  rule: '!(has(self.parameter) && has(self.parameters))',
  message: 'give `parameter` or `parameters`, not both',
};

export const guard = record(
  {
    ...names,
    ...rules,
    relation: optional(
      logic(
        'An invariant across parameters: `{"<=": [{var: hpa.minReplicas}, {var: hpa.maxReplicas}]}`; a side is a parameter, a literal, a sum or a product with a literal.',
      ),
    ),
    onViolation: optional(
      oneOf(
        ['Clamp', 'Throttle', 'Deny'],
        'What is done with a value outside: granted the nearest one, told to wait, or refused.',
        'Clamp',
      ),
    ),
    retryAfterSeconds: optional(
      Type.Integer({
        minimum: 1,
        maximum: 5,
        description:
          'With Throttle: tells clients to wait so long and to send the same request again. Most clients then block.',
      }),
    ),
  },
  'Bounds on parameters.',
  {
    minProperties: 1,
    rules: [
      onlyOneName,
      {
        rule: "!has(self.retryAfterSeconds) || (has(self.onViolation) && self.onViolation == 'Throttle')",
        message: '`retryAfterSeconds` needs `onViolation: Throttle`',
      },
      { rule: '!has(self.forbid) || has(self.freeze)', message: '`forbid` needs `freeze`' },
    ],
  },
);

export const exceptionGuard = record(
  { ...names, ...rules },
  'What is allowed instead: the rules given here replace the policy’s own for these parameters; nothing is switched off.',
  { minProperties: 2, rules: [onlyOneName] },
);

/** With its default filled in. */
export type GuardSpec = Static<typeof guard> & Required<Pick<Static<typeof guard>, 'onViolation'>>;
export type ExceptionGuardSpec = Static<typeof exceptionGuard>;
/** The rules that a guard and an exception share. */
export type RuleSpecs = Omit<ExceptionGuardSpec, 'parameter' | 'parameters'>;
