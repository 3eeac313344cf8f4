/** `flyball prove`: what policies guarantee in the worst case. */
import { parseTime } from '../argument.ts';
import { formatOption } from '../format.ts';
import { type Registration, withExamples } from '../registration.ts';

const description = `Derives what policies guarantee in the worst case, whatever is asked: for each parameter the highest and lowest
value, the most change and the most changes in any window, the fastest way from one end of the range to the other, and
what nothing bounds.

Exit code: 0 printed, 2 wrong usage or policies that cannot be used.`;

export const proveCommand: Registration = {
  name: 'prove',
  declare: (command) =>
    withExamples(
      command
        .summary('say what policies guarantee in the worst case')
        .description(description)
        .argument('[path...]', 'files and folders, taken as one set (default: the starter policies)')
        .option(
          '--at <time>',
          'leave out exceptions that have expired by then (default: the present time)',
          parseTime,
        )
        .addOption(formatOption(['text', 'json', 'yaml'])),
      [
        ['one policy', '% prove policies/rl-hpa-target'],
        ['what several guarantee together', '% prove policies/hpa-bounds policies/hpa-cpu-target'],
        ['for a program', '% prove policies/ -o json'],
      ],
    ),
  run: async (invocation) => (await import('./run.ts')).run(invocation),
};
