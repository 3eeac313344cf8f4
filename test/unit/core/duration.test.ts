import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from '../../../src/core/duration.ts';

describe('parseDuration', () => {
  it.each([
    ['0s', 0],
    ['5ms', 5],
    ['90s', 90_000],
    ['10m', 600_000],
    ['1h30m', 5_400_000],
    ['2d', 172_800_000],
    ['1m1m', 120_000],
  ])('%s is %s ms', (text, value) => {
    expect(parseDuration(text)).toEqual({ ok: true, value });
  });

  it.each(['', '5', 's', '-5s', '+5s', '1.5h', '5 s', '5S', '1w', 'PT5M', `${'1'.repeat(40)}s`])(
    'refuses `%s`',
    (text) => {
      const error = `\`${text.slice(0, 32)}\` is not a duration (write it as \`90s\`, \`10m\` or \`1h30m\`)`;
      expect(parseDuration(text)).toEqual({ ok: false, error });
    },
  );

  it('refuses what no number of milliseconds can hold', () => {
    const text = '104249992d';
    expect(parseDuration(text)).toEqual({ ok: false, error: `\`${text}\` is too long a duration` });
    expect(parseDuration('104249991d').ok).toBe(true);
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0s'],
    [5, '5ms'],
    [90_000, '1m30s'],
    [5_400_000, '1h30m'],
    [172_800_001, '2d1ms'],
    [-90_000, '-1m30s'],
    [10n ** 20n, '1157407407407d9h46m40s'],
  ])('%s ms is %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });
});
