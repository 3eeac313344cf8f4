/** `flyball completion`: scripts that complete commands, options and values in a shell. */
import { Argument } from 'commander';
import { type Registration, withExamples } from '../registration.ts';

export const completionCommand: Registration = {
  name: 'completion',
  declare: (command) =>
    withExamples(
      command
        .summary('print a completion script for a shell')
        .description('Prints a script that completes commands, options, their values and files.')
        .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh', 'fish'])),
      [
        ['bash: in ~/.bashrc', 'source <(% completion bash)'],
        ['zsh: into a folder of $fpath', '% completion zsh > ~/.zfunc/_flyball'],
        ['fish', '% completion fish > ~/.config/fish/completions/flyball.fish'],
      ],
    ),
  run: async (invocation) => (await import('./run.ts')).run(invocation),
};
