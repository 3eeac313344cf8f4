/** Steps that end-to-end tests share: make an object, change it as somebody, look into etcd, expect a refusal. */
import { expect } from 'vitest';
import type { ApiAnswer, ApiObject } from '../control-plane/client.ts';
import type { Spec } from './complete-objects.ts';
import type { Governed } from './governed.ts';

export type Answer = ApiAnswer<ApiObject>;

export interface Steps {
  /** As the administrator; what that recorded is forgotten. */
  make(path: string, object: object): Promise<void>;
  patchAs(actor: string, path: string, body: object): Promise<Answer>;
  fetchStored(key: string): Promise<{ readonly spec: Spec; readonly status: Spec } | undefined>;
  /** The answer has the status, names the parameter, and is the only record. */
  expectRefused(answer: Answer, expected: { readonly status: number; readonly parameter: string }): void;
}

/** `read` is called at each step: the control plane is started after the steps are made. */
export function stepsOf(read: () => Governed): Steps {
  return {
    make: async (path, object) => {
      const { status, body } = await read().plane.api('admin').request('POST', path, object);
      expect([status, body.message]).toEqual([201, undefined]);
      read().records.length = 0;
    },
    patchAs: (actor, path, body) => read().plane.api(actor).request('PATCH', path, body),
    fetchStored: (key) => read().plane.etcdGet(`/registry/${key}`),
    expectRefused: ({ status, body }, expected) => {
      expect([status, body.message]).toEqual([
        expected.status,
        expect.stringContaining(`: ${expected.parameter}: `),
      ]);
      expect(read().records).toMatchObject([{ allowed: false }]);
    },
  };
}
