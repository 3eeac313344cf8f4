import { expect, it } from 'vitest';
import type { Integration } from '../../../../src/core/parameter.ts';
import { ownership } from '../../../../src/core/rules/ownership.ts';
import { asked } from '../sample.ts';
import { sayOf } from './say.ts';

it.each<[string, readonly Integration[], string]>([
  ['what is allowed', ['restrictive'], 'no opinion'],
  [
    'what is not',
    ['parametric', 'substitutive'],
    '10, hard, NotAllowed: is restrictive; the actor may set only what is parametric or substitutive',
  ],
  ['nothing at all', [], '10, hard, NotAllowed: is restrictive; the actor may set only what is nothing'],
])('%s', (_, allow, expected) => {
  expect(sayOf(ownership(allow), asked('10 -> 12', { integration: 'restrictive' }))).toBe(expected);
});
