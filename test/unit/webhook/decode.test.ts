import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeReview, readReview } from '../../../src/webhook/decode.ts';

const decode = (review: unknown) => decodeReview(Buffer.from(JSON.stringify(review)));

function review(request: object): object {
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: 'u',
      kind: { group: 'apps', version: 'v1', kind: 'Deployment' },
      resource: { group: 'apps', version: 'v1', resource: 'deployments' },
      operation: 'CREATE',
      userInfo: { username: 'ada', groups: ['a', 7, 'b'] },
      object: {},
      ...request,
    },
  };
}

it('reads what Flyball needs, and no more', () => {
  expect(
    decode(review({ namespace: 'shop', name: 'web', options: { fieldManager: 'kubectl' }, dryRun: true })),
  ).toEqual({
    ok: true,
    request: {
      uid: 'u',
      group: 'apps',
      version: 'v1',
      kind: 'Deployment',
      resource: { group: 'apps', version: 'v1', resource: 'deployments' },
      subresource: '',
      namespace: 'shop',
      name: 'web',
      operation: 'CREATE',
      user: 'ada',
      groups: ['a', 'b'],
      dryRun: true,
      object: {},
      oldObject: undefined,
      fieldManager: 'kubectl',
    },
  });
});

it.each<[object, string]>([
  [{ name: 'web' }, 'web'],
  [{ object: { metadata: { name: 'web', generateName: 'we' } } }, 'web'],
  [{ object: { metadata: { generateName: 'web-' } } }, 'web-*'],
  [{ object: { metadata: { name: 7 } } }, ''],
  [{ object: { metadata: 'web' } }, ''],
  [{}, ''],
])('finds the name in %j', (request, name) => {
  expect(decode(review(request))).toMatchObject({ ok: true, request: { name } });
});

it('never throws, whatever the bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(decodeReview(bytes).ok).toBe(false);
    }),
  );
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
      expect(typeof readReview(one).ok).toBe('boolean');
      expect(typeof readReview({ ...review({}), request: one }).ok).toBe('boolean');
      expect(typeof decode(review({ object: one, oldObject: other, userInfo: other, kind: one })).ok).toBe(
        'boolean',
      );
    }),
  );
});

it('reads bytes that are not UTF-8', () => {
  const bytes = Buffer.concat([Buffer.from('{"kind":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]);
  expect(decodeReview(bytes)).toMatchObject({ ok: false });
});
