/** `flyball schema`: what editors and the API server know of the documents. */
import { Argument } from 'commander';
import { type Registration, withExamples } from '../registration.ts';

export const schemaCommand: Registration = {
  name: 'schema',
  declare: (command) =>
    withExamples(
      command
        .summary('print the JSON Schema of policies or cases, or the CRDs')
        .description(
          'Prints the JSON Schema that editors check policies or cases with, or the CustomResourceDefinitions.',
        )
        .addArgument(
          new Argument('[what]', 'which one').choices(['policy', 'cases', 'crds']).default('policy'),
        )
        .option('--write', "write the files that a checkout of Flyball's source keeps, instead of printing"),
      [
        ['for the YAML language server', '% schema policy > flyball-policy.schema.json'],
        ['into a cluster', '% schema crds | kubectl apply -f -'],
      ],
    ),
  run: async (invocation) => (await import('./run.ts')).run(invocation),
};
