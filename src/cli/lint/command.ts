/** `flyball lint`: all that is wrong with policies, exceptions and cases. */
import { formatOption } from '../format.ts';
import { type Registration, withExamples } from '../registration.ts';

const description = `Finds every problem of policies, exceptions and cases, and says where and how to mend it.

Exit code: 0 no error, 1 errors, 2 wrong usage or nothing to read.`;

export const lintCommand: Registration = {
  name: 'lint',
  declare: (command) =>
    withExamples(
      command
        .summary('find problems in policies')
        .description(description)
        .argument('[path...]', 'files and folders (default: the starter policies)')
        .option('--strict', 'take warnings for errors')
        .addOption(formatOption(['text', 'json', 'yaml', 'github', 'sarif', 'junit'])),
      [
        ['a folder', '% lint policies/'],
        ['annotations on a pull request, in a GitHub workflow', '% lint policies/ --strict -o github'],
        ['a report for code scanning', '% lint policies/ -o sarif > flyball.sarif'],
      ],
    ),
  run: async (invocation) => (await import('./run.ts')).run(invocation),
};
