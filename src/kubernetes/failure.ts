/** How a request to the API server can fail, and what to tell people about it. */
import { numberAt, objectAt, textAt } from './json.ts';
import type { Problem } from './problem.ts';

export interface Failure {
  readonly kind:
    | 'unreachable' // no answer: network, TLS, a credential that could not be had, a timeout
    | 'refused' // an answer of 400 or above
    | 'tooLarge' // more bytes than we take
    | 'malformed' // not what the API promises
    | 'cancelled'; // by our own stop
  /** HTTP status; absent where there was no answer. */
  readonly status?: number;
  /** What the server asks us to wait. */
  readonly retryAfterSeconds?: number;
  readonly problem: Problem;
}

/** An answer that is too large, or is not what it should be. */
export function unusable(kind: 'tooLarge' | 'malformed', server: string, why: string): Failure {
  const fix = 'check that the address is that of a Kubernetes API server';
  return { kind, problem: { what: `cannot use an answer of \`${server}\``, why, fix } };
}

function cancelled(server: string): Failure {
  return {
    kind: 'cancelled',
    problem: {
      what: `stopped asking \`${server}\``,
      why: 'it was told to stop',
      fix: 'nothing is to be done',
    },
  };
}

/** Fixes by Node's error code; the rest is a matter of the network. */
const fixes: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'check that the API server runs and that the address in the kubeconfig is right'],
  ['ENOTFOUND', 'check the host name in the kubeconfig, and DNS'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'use an address the certificate names, or set tls-server-name'],
  ['CERT_HAS_EXPIRED', "renew the API server's certificate"],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'set certificate-authority in the kubeconfig'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'set certificate-authority in the kubeconfig'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'set certificate-authority in the kubeconfig'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'set certificate-authority in the kubeconfig'],
  ['CREDENTIAL', 'run the credential plugin of the kubeconfig by hand, or check the token file'],
  ['ABORT_ERR', 'check that the API server is not overloaded, and the network between'],
]);

function unreachable(server: string, code: string, why: string): Failure {
  const fix = fixes.get(code) ?? 'check the network and the credentials of the kubeconfig';
  return { kind: 'unreachable', problem: { what: `cannot reach \`${server}\``, why, fix } };
}

/** A line of a stream was longer than we take. */
export class LineTooLong extends Error {}

/** No credential could be had: a plugin failed, or a token's file is not there. */
export class CredentialError extends Error {
  readonly code = 'CREDENTIAL';

  constructor(cause: unknown) {
    // The message of a SyntaxError quotes what could not be parsed, which may hold the credential.
    const isSafe = cause instanceof Error && !(cause instanceof SyntaxError);
    const why = isSafe ? cause.message.split('\n')[0]?.slice(0, 200) : 'its answer is not what it should be';
    super(`no credential could be had (${why})`);
  }
}

/** What the network did. An error of another origin is a bug, and is thrown on. */
export function failureOf(server: string, error: unknown, stop: AbortSignal | undefined): Failure {
  if (stop?.aborted === true) return cancelled(server);
  if (error instanceof LineTooLong) return unusable('tooLarge', server, error.message);
  const code = errorCode(error);
  if (code === undefined || !(error instanceof Error)) throw error;
  return unreachable(server, code, code === 'ABORT_ERR' ? 'it did not answer in time' : error.message);
}

/** Codes of Node's network and TLS layers: `ECONNRESET`, `ERR_TLS_...`, `CERT_...`, `UNABLE_TO_...`. */
function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return 'ABORT_ERR';
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** An answer of 400 or above; `body` is the API server's Status, or whatever else came. */
export function refused(call: string, status: number, answer: RefusedAnswer): Failure {
  const message = textAt(answer.body, 'message').slice(0, 500);
  const why = message === '' ? `the answer was ${status}` : `${status}: ${message}`;
  const seconds = answer.retryAfterSeconds ?? numberAt(objectAt(answer.body, 'details'), 'retryAfterSeconds');
  return {
    kind: 'refused',
    status,
    ...(seconds === undefined ? {} : { retryAfterSeconds: seconds }),
    problem: { what: `\`${call}\` was refused`, why, fix: fixOfStatus(status) },
  };
}

interface RefusedAnswer {
  readonly body: unknown;
  readonly retryAfterSeconds?: number | undefined;
}

function fixOfStatus(status: number): string {
  if (status === 401) return 'check the credentials of the kubeconfig or of the service account';
  if (status === 403) return 'grant the rights that src/kubernetes/rbac.ts lists to the service account';
  if (status === 404)
    return 'install the CustomResourceDefinitions: kubectl apply -k webhook-manifests/base/crds';
  if (status === 429 || status >= 500) return 'wait: it is tried again';
  return 'report it, with the version of the API server';
}
