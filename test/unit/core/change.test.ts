import { expect, it } from 'vitest';
import { formatTarget } from '../../../src/core/change.ts';

it.each([
  ['Deployment shop/web', { kind: 'Deployment', namespace: 'shop', subresource: '' }],
  ['Deployment shop/web (scale)', { kind: 'Deployment', namespace: 'shop', subresource: 'scale' }],
  ['Namespace web', { kind: 'Namespace', namespace: '', subresource: '' }],
])('formatTarget: %s', (text, parts) => {
  expect(formatTarget({ group: 'apps', name: 'web', ...parts })).toBe(text);
});
