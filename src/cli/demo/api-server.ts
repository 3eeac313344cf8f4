/** Plays the API server for the demonstration: /mutate, the patch applied, then /validate, over the real listener. */
import { randomUUID } from 'node:crypto';
import { Agent, request as httpsRequest } from 'node:https';
import { jsonpatch } from 'json-p3';
import type { CertificatePair } from '../../certificates.ts';
import type { AdmissionResponse } from '../../webhook/answer.ts';
import type { ReviewRequest } from '../../webhook/review.ts';
import type { Step } from './steps.ts';

export interface Caller {
  readonly port: number;
  readonly ca: string;
  readonly client: CertificatePair;
}

export interface Outcome {
  readonly mutated: AdmissionResponse;
  readonly validated: AdmissionResponse;
}

/** Sends one change as the API server would; rejects where the listener does not answer a review. */
export async function play({ request }: Step, caller: Caller): Promise<Outcome> {
  const agent = new Agent({
    keepAlive: true,
    ca: caller.ca,
    cert: caller.client.cert,
    key: caller.client.key,
  });
  try {
    const mutated = await post('/mutate', { ...request, uid: randomUUID() }, { agent, port: caller.port });
    const object = mutated.patch === undefined ? request.object : applyPatch(request.object, mutated.patch);
    const validated = await post(
      '/validate',
      { ...request, uid: randomUUID(), object },
      { agent, port: caller.port },
    );
    return { mutated, validated };
  } finally {
    agent.destroy();
  }
}

function applyPatch(object: unknown, patch: string): unknown {
  const operations = JSON.parse(Buffer.from(patch, 'base64').toString('utf8'));
  return jsonpatch.apply(operations, structuredClone(object) as Parameters<typeof jsonpatch.apply>[1]);
}

function post(
  path: string,
  request: ReviewRequest,
  { agent, port }: { agent: Agent; port: number },
): Promise<AdmissionResponse> {
  const body = JSON.stringify(encode(request));
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const outgoing = httpsRequest(
      {
        agent,
        host: '127.0.0.1',
        servername: 'localhost',
        port,
        path: `${path}?timeout=5s`,
        method: 'POST',
        headers,
      },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (chunk: string) => {
          text += chunk;
        });
        answer.on('end', () => {
          if (answer.statusCode === 200)
            resolve((JSON.parse(text) as { response: AdmissionResponse }).response);
          else reject(new Error(`the webhook answered ${answer.statusCode}: ${text}`));
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** The AdmissionReview that the API server would send for this request. */
export function encode(request: ReviewRequest): object {
  const {
    uid,
    group,
    version,
    kind,
    resource,
    subresource,
    namespace,
    name,
    operation,
    user,
    groups,
    dryRun,
    object,
    oldObject,
  } = request;
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid,
      kind: { group, version, kind },
      resource,
      ...(subresource === '' ? {} : { subResource: subresource }),
      namespace,
      name,
      operation,
      userInfo: { username: user, groups },
      dryRun,
      object,
      oldObject,
    },
  };
}
