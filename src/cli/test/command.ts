/** `flyball test`: runs the cases beside policies. */
import { formatOption } from '../format.ts';
import { type Registration, withExamples } from '../registration.ts';

const description = `Runs the cases (cases.yaml) of policy folders, and shows how what came out differs from what was expected.

A folder is tested against its own policies; folders below it are found.
Exit code: 0 all passed, 1 some failed, 2 wrong usage or cases that cannot be run.`;

export const testCommand: Registration = {
  name: 'test',
  declare: (command) =>
    withExamples(
      command
        .summary('run the cases of policies')
        .description(description)
        .argument('[dir...]', 'folders with policies and cases.yaml (default: the starter policies)')
        .option('-f, --filter <text>', 'only cases whose folder or name contains this text')
        .addOption(formatOption(['text', 'json', 'yaml', 'junit'])),
      [
        ['all folders below one', '% test policies/'],
        ['cases about flapping', '% test policies/ --filter flap'],
        ['a report for a build server', '% test policies/ -o junit > cases.xml'],
      ],
    ),
  run: async (invocation) => (await import('./run.ts')).run(invocation),
};
