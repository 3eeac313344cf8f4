import { expect, it } from 'vitest';
import { byId, sourceOf, tiers } from '../../../src/core/limit.ts';
import { guardOf } from './sample.ts';

it('tiers are in order of precedence', () => {
  expect(tiers).toEqual(['hard', 'objective', 'dynamics']);
});

it('sourceOf keeps the fields of a source, and no empty ones', () => {
  expect(sourceOf(guardOf({}))).toEqual({ policy: 'p', mode: 'Enforce', response: 'clamp' });
  const full = { policy: 'p', mode: 'Warn', response: 'deny', exception: 'e', retryAfterSeconds: 3 } as const;
  expect(sourceOf(guardOf(full))).toEqual(full);
});

it('byId orders by id alone', () => {
  const ids = ['b', 'a', 'c', 'a'].map((id) => ({ id }));
  expect(ids.sort(byId).map(({ id }) => id)).toEqual(['a', 'a', 'b', 'c']);
});
