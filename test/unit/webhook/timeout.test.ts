import { expect, it } from 'vitest';
import { readTimeout } from '../../../src/webhook/timeout.ts';

it.each<[unknown, number]>([
  ['5s', 5_000],
  ['30s', 30_000],
  ['250ms', 250],
  ['1m', 60_000],
  ['0s', 0],
  [undefined, 10_000],
  ['', 10_000],
  ['5', 10_000],
  ['-5s', 10_000],
  ['1e3s', 10_000],
  ['5s\n', 10_000],
  [['1s', '2s'], 10_000],
  ['9999999s', 10_000],
])('reads %j as %d ms', (text, milliseconds) => {
  expect(readTimeout(text)).toBe(milliseconds);
});
