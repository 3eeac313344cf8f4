/** Decodes an AdmissionReview: untrusted bytes to a `ReviewRequest`, or why not. */
import { isRecord, type JsonRecord } from '../catalogue/node.ts';
import { isDeeperThan } from './depth.ts';
import type { ReviewRequest } from './review.ts';

/**
 * A review carries the object and the stored object, each up to the API server's own 3 MiB limit on request
 * bodies (etcd keeps 1.5 MiB), and JSON may be longer than the protobuf that was stored: 8 MiB is above both.
 */
export const greatestBodyBytes = 8 * 1024 * 1024;

/** CRDs nest to about 20 levels; the API server itself refuses YAML beyond 10,000. */
export const greatestDepth = 100;

export type Decoded =
  | { readonly ok: true; readonly request: ReviewRequest }
  /** `uid` is set where the text is a review that can be answered as one. */
  | { readonly ok: false; readonly error: string; readonly uid?: string };

export function decodeReview(body: Uint8Array): Decoded {
  let review: unknown;
  try {
    review = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'));
  } catch {
    // The parser's own message quotes the body, which may hold a secret.
    return { ok: false, error: 'the body is not JSON' };
  }
  return readReview(review);
}

/** Reads an AdmissionReview that is already parsed, from a file as well. */
export function readReview(review: unknown): Decoded {
  if (!isRecord(review)) return { ok: false, error: 'the body is not an object' };
  const request = own(review, 'request');
  const uid = isRecord(request) ? text(own(request, 'uid')) : '';
  const refuse = (error: string): Decoded => (uid === '' ? { ok: false, error } : { ok: false, error, uid });
  if (isDeeperThan(review, greatestDepth))
    return refuse(`the body nests deeper than ${greatestDepth} levels`);
  if (own(review, 'kind') !== 'AdmissionReview' || own(review, 'apiVersion') !== 'admission.k8s.io/v1') {
    return refuse('the body is not an AdmissionReview of `admission.k8s.io/v1`');
  }
  if (!isRecord(request)) return refuse('`request` is missing');
  if (uid === '') return refuse('`request.uid` is missing');
  const fault = findFault(request);
  return fault === undefined ? { ok: true, request: readRequest(request, uid) } : refuse(fault);
}

function findFault(request: JsonRecord): string | undefined {
  const operation = own(request, 'operation');
  if (!isOperation(operation)) return '`request.operation` is none of CREATE, UPDATE, DELETE, CONNECT';
  if (!isRecord(own(request, 'resource'))) return '`request.resource` is missing';
  if (!isRecord(own(request, 'kind'))) return '`request.kind` is missing';
  if (text(part(request, 'userInfo', 'username')) === '') return '`request.userInfo.username` is missing';
  const needsObject = operation === 'CREATE' || operation === 'UPDATE';
  if (needsObject && !isRecord(own(request, 'object')))
    return `\`request.object\` is missing on ${operation}`;
  const needsOld = operation === 'UPDATE' || operation === 'DELETE';
  if (needsOld && !isRecord(own(request, 'oldObject')))
    return `\`request.oldObject\` is missing on ${operation}`;
  return undefined;
}

function readRequest(request: JsonRecord, uid: string): ReviewRequest {
  const operation = own(request, 'operation');
  const fieldManager = text(part(request, 'options', 'fieldManager'));
  const groups = part(request, 'userInfo', 'groups');
  return {
    uid,
    group: text(part(request, 'kind', 'group')),
    version: text(part(request, 'kind', 'version')),
    kind: text(part(request, 'kind', 'kind')),
    resource: {
      group: text(part(request, 'resource', 'group')),
      version: text(part(request, 'resource', 'version')),
      resource: text(part(request, 'resource', 'resource')),
    },
    subresource: text(own(request, 'subResource')),
    namespace: text(own(request, 'namespace')),
    name: nameOf(request),
    operation: isOperation(operation) ? operation : 'CONNECT',
    user: text(part(request, 'userInfo', 'username')),
    groups: Array.isArray(groups) ? groups.filter((group) => typeof group === 'string') : [],
    dryRun: own(request, 'dryRun') === true,
    object: own(request, 'object'),
    oldObject: own(request, 'oldObject'),
    ...(fieldManager === '' ? {} : { fieldManager }),
  };
}

/** On CREATE the name may be only in the object, or yet to be generated. */
function nameOf(request: JsonRecord): string {
  const named = text(own(request, 'name'));
  if (named !== '') return named;
  const metadata = part(request, 'object', 'metadata');
  if (!isRecord(metadata)) return '';
  const name = text(own(metadata, 'name'));
  const prefix = text(own(metadata, 'generateName'));
  return name !== '' || prefix === '' ? name : `${prefix}*`;
}

/** Only the object's own fields: `constructor` and `__proto__` are ordinary keys of a request. */
function own(record: JsonRecord, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function part(record: JsonRecord, key: string, inner: string): unknown {
  const value = own(record, key);
  return isRecord(value) ? own(value, inner) : undefined;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function isOperation(value: unknown): value is ReviewRequest['operation'] {
  return value === 'CREATE' || value === 'UPDATE' || value === 'DELETE' || value === 'CONNECT';
}
