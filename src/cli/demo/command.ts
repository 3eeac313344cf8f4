/** `flyball demo`: the whole webhook with nothing configured, and an optimizer that it bounds. */
import { type Registration, withExamples } from '../registration.ts';

const description = `Makes certificates, serves the starter policies over HTTPS, and plays an optimizer against the webhook as the
API server would: /mutate, the patch applied, /validate. Prints who asked what, what was granted, which rule and
why; then stays up until it is interrupted.

Exit code: 0 stopped, 2 wrong usage or nothing to serve.`;

export const demoCommand: Registration = {
  name: 'demo',
  declare: (command) =>
    withExamples(
      command
        .summary('see it at work, with nothing configured')
        .description(description)
        .option('--port <number>', 'where to listen on 127.0.0.1; 0 takes a free one', '9443')
        .option('--once', 'end after the demonstration'),
      [
        ['with nothing configured', '% demo'],
        ['in a script', '% demo --once --port 0'],
      ],
    ),
  run: async (invocation) => (await import('./run.ts')).run(invocation),
};
