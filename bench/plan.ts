/** What a run measures, and how long. */
import { parseArgs } from 'node:util';
import { policyCounts } from './policies.ts';
import { type KindName, kindNames, type SizeKibibytes, sizesKibibytes } from './reviews.ts';

export interface Plan {
  readonly command: string;
  readonly kinds: readonly KindName[];
  readonly sizes: readonly SizeKibibytes[];
  readonly policyCounts: readonly number[];
  readonly connections: number;
  /** Pairs of legs, no-op and Flyball, for each row of the table. */
  readonly rounds: number;
  readonly warmUpMilliseconds: number;
  readonly settleMilliseconds: number;
  readonly windowMilliseconds: number;
  readonly decideMilliseconds: number;
  readonly starts: number;
  /** Microseconds of work with which the no-op is compared to itself. */
  readonly work: readonly number[];
  readonly out: string;
}

const whole: Omit<Plan, 'command' | 'out'> = {
  kinds: kindNames,
  sizes: sizesKibibytes,
  policyCounts,
  connections: 16,
  rounds: 5,
  warmUpMilliseconds: 1500,
  settleMilliseconds: 250,
  windowMilliseconds: 1000,
  decideMilliseconds: 600,
  starts: 5,
  work: [10, 40],
};

/** Says that everything runs and reports; its numbers are too few to mean anything. */
const quick: Omit<Plan, 'command' | 'out'> = {
  ...whole,
  sizes: [2],
  policyCounts: [1, 100],
  connections: 4,
  rounds: 1,
  warmUpMilliseconds: 50,
  settleMilliseconds: 50,
  windowMilliseconds: 150,
  decideMilliseconds: 40,
  starts: 1,
  work: [10],
};

/** Throws where the arguments mean nothing. */
export function readPlan(args: readonly string[], defaultOut: string): Plan {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      out: { type: 'string', default: defaultOut },
      rounds: { type: 'string' },
      policies: { type: 'string' },
      sizes: { type: 'string' },
    },
  });
  const base = values.quick ? quick : whole;
  return {
    ...base,
    command: ['npm run bench', ...(args.length === 0 ? [] : ['--', ...args])].join(' '),
    out: values.out,
    rounds: Number(values.rounds ?? base.rounds),
    policyCounts: values.policies?.split(',').map(Number) ?? base.policyCounts,
    sizes: sizesKibibytes.filter((size) =>
      (values.sizes?.split(',').map(Number) ?? base.sizes).includes(size),
    ),
  };
}
