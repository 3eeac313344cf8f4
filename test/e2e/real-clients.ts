/** The answers that kubectl, the JavaScript client and plain HTTP get, in one shape, so that one table tests all three. */
import { ApiException, KubeConfig } from '@kubernetes/client-node';
import { type ApiAnswer, type ApiObject, type KubectlResult, warningTexts } from '../control-plane/client.ts';
import type { ControlPlane } from '../control-plane/harness.ts';

export interface Refusal {
  /** `Forbidden`: of kubectl the word in its parentheses. */
  readonly reason: string | undefined;
  readonly message: string;
  /** What follows is hidden by kubectl. */
  readonly code?: number | undefined;
  readonly causes?: unknown;
  readonly retryAfterSeconds?: unknown;
}

export interface ClientAnswer {
  readonly warnings: readonly string[];
  /** Undefined where the request went through. */
  readonly refusal?: Refusal;
  /** What a person sees: all that kubectl prints, or the message of the error. */
  readonly shown: string;
}

export function answerOfKubectl({ code, stdout, stderr }: KubectlResult): ClientAnswer {
  const lines = stderr.split('\n');
  const warnings = lines.flatMap((line) => (line.startsWith('Warning: ') ? [line.slice(9)] : []));
  const shown = `${stdout}${stderr}`;
  if (code === 0) return { warnings, shown };
  const reason = /Error from server \((\w+)\)/.exec(stderr)?.[1];
  return { warnings, shown, refusal: { reason, message: stderr } };
}

export function answerOfRest({ status, body, warnings }: ApiAnswer<ApiObject>): ClientAnswer {
  if (status < 300) return { warnings, shown: '' };
  return { warnings, shown: body.message ?? '', refusal: refusalOf(body) };
}

interface WithHeaders {
  readonly headers: Readonly<Record<string, string>>;
}

/** Awaits a call of the JavaScript client; any error that is not an answer of the API server is thrown. */
export async function answerOfLibrary(call: Promise<WithHeaders>): Promise<ClientAnswer> {
  try {
    const { headers } = await call;
    return { warnings: warningTexts(headers['warning'] ?? ''), shown: '' };
  } catch (error) {
    if (!(error instanceof ApiException)) throw error;
    const refusal = refusalOf(typeof error.body === 'string' ? JSON.parse(error.body) : error.body);
    const header = error.headers['retry-after'];
    return {
      warnings: warningTexts(error.headers['warning'] ?? ''),
      shown: error.message,
      refusal: header === undefined ? refusal : { ...refusal, retryAfterSeconds: header },
    };
  }
}

export function libraryOf(plane: ControlPlane, actor: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(plane.kubeconfig(actor));
  return config;
}

interface Status extends ApiObject {
  readonly details?: { readonly causes?: unknown; readonly retryAfterSeconds?: unknown };
}

function refusalOf({ reason, message = '', code, details }: Status): Refusal {
  return { reason, message, code, causes: details?.causes, retryAfterSeconds: details?.retryAfterSeconds };
}
