/** `flyball review`: what would be decided of admission reviews, without a cluster. */
import { Option } from 'commander';
import { collectPairs, parseTime } from '../argument.ts';
import { formatOption } from '../format.ts';
import { type Registration, withExamples } from '../registration.ts';

const description = `Decides admission reviews from files as the webhook would, and says why.

A file holds any number of AdmissionReviews: YAML documents, JSON, JSON Lines, a list.
Exit code: 0 all admitted or clamped, 1 something denied or throttled, 2 wrong usage or unreadable input.`;

export const reviewCommand: Registration = {
  name: 'review',
  declare: (command) =>
    withExamples(
      command
        .summary('decide admission reviews from files')
        .description(description)
        .argument('<file...>', 'files with AdmissionReviews; `-` is standard input')
        .option('-p, --policies <dir>', 'folder of policies (default: the starter policies)')
        .addOption(formatOption(['text', 'json', 'yaml']))
        .addOption(
          new Option(
            '-l, --labels <key=value>',
            'a label of the object, where the review has none (`/scale`); repeatable',
          ).argParser(collectPairs),
        )
        .addOption(
          new Option(
            '--namespace-labels <key=value>',
            'a label of the namespace, which no review has; repeatable',
          ).argParser(collectPairs),
        )
        .addOption(
          new Option('--at <time>', 'decide as at this time, RFC 3339 (default: now)').argParser(parseTime),
        ),
      [
        ['against the starter policies', '% review examples/reviews/hpa-raised.yaml'],
        ['against your own, from standard input', 'cat request.json | % review - --policies policies/'],
        [
          'a scale request of a workload with these labels, on a Friday night',
          '% review scale.yaml --labels app=checkout --at 2026-11-27T22:00:00Z',
        ],
        [
          'only what was granted',
          "% review request.yaml -o json | jq '.reviews[].parameters[] | {name, granted}'",
        ],
      ],
    ),
  run: async (invocation) => (await import('./run.ts')).run(invocation),
};
