/** `flyball serve`: the webhook. */
import { type Registration, withExamples } from '../registration.ts';

const description = `Serves the admission webhook over TLS, until it is told to stop.

The caller must prove that it is the API server: by a client certificate (--client-ca), or by a secret path
(--path-secret-file). SIGTERM drains: /readyz fails at once, requests are answered for the time of --drain.

Exit code: 0 stopped, 2 wrong usage or nothing to serve.`;

export const serveCommand: Registration = {
  name: 'serve',
  declare: (command) =>
    withExamples(
      command
        .summary('serve the admission webhook')
        .description(description)
        .option('--policies <where>', '`kubernetes`, or a folder (default: the starter policies)')
        .option('--listen <host:port>', 'where to listen', '0.0.0.0:9443')
        .requiredOption(
          '--tls-cert <file>',
          'the certificate that the API server trusts, PEM; read again when it changes',
        )
        .requiredOption('--tls-key <file>', 'its private key, PEM')
        .option('--client-ca <file>', 'accept callers with a certificate of this CA, PEM')
        .option('--client-name <name...>', 'only callers of these common names')
        .option('--path-secret-file <file>', 'accept callers of /mutate/<secret> and /validate/<secret>')
        .option(
          '--allow-any-caller',
          'accept everybody: only where nothing but the API server can reach the port',
        )
        .option(
          '--ledger <where>',
          '`kubernetes`, which all replicas share, or a folder (default: a restart forgets)',
        )
        .option('--log <file>', 'append decisions to this file, as JSON Lines')
        .option(
          '--log-level <level>',
          'debug, info, warn, error or silent: the process log, on standard error',
          'info',
        )
        .option('--break-glass-group <group...>', 'members pass, and are recorded')
        .option('--exempt-namespace <name...>', 'not governed, beside kube-system and our own')
        .option(
          '--own-namespace <name>',
          'where we run, and where exceptions to cluster policies live',
          'flyball-system',
        )
        .option('--govern-hpa-controller', "govern the HPA controller's own writes to /scale as well")
        .option(
          '--kubeconfig <file>',
          'the cluster to read labels and policies from (default: as kubectl finds it)',
        )
        .option('--context <name>', 'a context of the kubeconfig')
        .option('--drain <duration>', 'how long requests are still answered after SIGTERM', '5s'),
      [
        [
          'policies from the cluster, callers by client certificate',
          '% serve --policies kubernetes --tls-cert tls.crt --tls-key tls.key --client-ca ca.crt',
        ],
        [
          'policies from a folder, callers by a secret path',
          '% serve --policies policies/ --tls-cert tls.crt --tls-key tls.key --path-secret-file secret',
        ],
      ],
    ),
  run: async (invocation) => (await import('./run.ts')).run(invocation),
};
