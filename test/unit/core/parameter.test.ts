import { describe, expect, it } from 'vitest';
import { covers, formatValue, isChanged, stripInstances } from '../../../src/core/parameter.ts';
import { asked } from './sample.ts';

it.each([
  ['10 -> 20', true],
  ['10 -> 10', false],
  ['- -> 10', true],
  ['10 -> -', true],
  ['- -> -', false],
])('isChanged: %s is %s', (change, expected) => {
  expect(isChanged(asked(change))).toBe(expected);
});

it.each([
  [10n, 'integer', 'number', '10'],
  [-3n, 'integer', 'number', '-3'],
  [70n, 'percent', 'number', '70%'],
  [90_000n, 'duration', 'seconds', '1m30s'],
  [1_500_000_000n, 'quantity', 'DecimalSI', '1500m'],
  [2n ** 31n * 10n ** 9n, 'quantity', 'BinarySI', '2Gi'],
  [10n ** 12n, 'quantity', 'DecimalExponent', '1e3'],
  [10n ** 12n, 'quantity', 'number', '1k'],
  ['default-scheduler', 'choice', 'text', 'default-scheduler'],
  [undefined, 'integer', 'number', '(none)'],
] as const)('formatValue: %s as %s in %s is %s', (value, type, notation, text) => {
  expect(formatValue(value, { type, notation })).toBe(text);
});

describe('covers', () => {
  it.each([
    ['*', 'hpa.maxReplicas', true],
    ['hpa.maxReplicas', 'hpa.maxReplicas', true],
    ['hpa.maxReplicas', 'hpa.minReplicas', false],
    ['hpa.*', 'hpa.maxReplicas', true],
    ['hpa.*', 'hpa', false],
    ['hpa.*', 'hpax.maxReplicas', false],
    ['hpa', 'hpa.maxReplicas', false],
    ['containers.image', 'containers[web].image', true],
    ['containers[web].image', 'containers[web].image', true],
    ['containers[log].image', 'containers[web].image', false],
    ['containers.*', 'containers[web].requests.cpu', true],
    ['containers[web].*', 'containers[web].requests.cpu', true],
    ['containers[log].*', 'containers[web].requests.cpu', false],
  ])('%s covers %s: %s', (pattern, name, expected) => {
    expect(covers(pattern, name)).toBe(expected);
  });
});

it.each([
  ['hpa.maxReplicas', 'hpa.maxReplicas'],
  ['containers[web].requests.cpu', 'containers.requests.cpu'],
  ['a[x][y].b[z]', 'a.b'],
  ['a[x[y]z].b', 'a.b'],
  ['a].b', 'a].b'],
  ['a[b', 'a'],
  ['', ''],
])('stripInstances: %s is %s', (name, bare) => {
  expect(stripInstances(name)).toBe(bare);
});
