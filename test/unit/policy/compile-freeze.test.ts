import { describe, expect, it } from 'vitest';
import { compileFreeze } from '../../../src/policy/compile-freeze.ts';

function windowAt(schedule: string, length: string, time: string, timeZone?: string): string | undefined {
  const spec = { schedule, for: length, ...(timeZone === undefined ? {} : { timeZone }) };
  const compiled = compileFreeze(spec, []);
  if (!compiled.ok) throw new Error(compiled.finding.why);
  const window = compiled.value(Date.parse(time));
  return window && [window.from, window.until].map((at) => new Date(at).toISOString().slice(0, 16)).join(' ');
}

describe('a window', () => {
  it.each([
    ['the instant before it', '2026-01-09T17:59:59.999Z', undefined],
    ['the instant it opens', '2026-01-09T18:00:00Z', '2026-01-09T18:00 2026-01-12T08:00'],
    ['within', '2026-01-11T03:00:30Z', '2026-01-09T18:00 2026-01-12T08:00'],
    ['the last instant', '2026-01-12T07:59:59.999Z', '2026-01-09T18:00 2026-01-12T08:00'],
    ['the instant it ends', '2026-01-12T08:00:00Z', undefined],
  ])('%s', (_, time, expected) => {
    expect(windowAt('0 18 * * 5', '62h', time)).toBe(expected);
  });

  it('follows the clocks of its time zone, and lasts real time', () => {
    expect(windowAt('0 18 * * *', '1h', '2026-01-09T17:30:00Z', 'Europe/Berlin')).toBe(
      '2026-01-09T17:00 2026-01-09T18:00',
    );
    expect(windowAt('0 18 * * *', '1h', '2026-07-09T16:30:00Z', 'Europe/Berlin')).toBe(
      '2026-07-09T16:00 2026-07-09T17:00',
    );
    // In the night of 29 March 2026 the hour from 2 to 3 does not exist: the window is not cut short by it.
    expect(windowAt('0 0 * * *', '4h', '2026-03-29T02:30:00Z', 'Europe/Berlin')).toBe(
      '2026-03-28T23:00 2026-03-29T03:00',
    );
  });

  it('windows that touch are one', () => {
    expect(windowAt('0 0 * * 6,0', '24h', '2026-01-10T12:00:00Z')).toBe('2026-01-10T00:00 2026-01-12T00:00');
    expect(windowAt('0 * * * *', '2h', '2026-01-10T12:00:00Z')).toBe('2026-01-10T12:00 2026-01-11T22:00');
  });

  it('has not opened yet in the year of the first', () => {
    expect(windowAt('0 0 29 2 *', '1h', '0001-01-01T00:00:00Z')).toBeUndefined();
  });

  it('one answer serves a minute, the end excepted', () => {
    const compiled = compileFreeze({ schedule: '0 18 * * *', for: '1m' }, []);
    if (!compiled.ok) throw new Error('compiles');
    const at = Date.parse('2026-01-09T18:00:00Z');
    expect([at - 1, at, at + 59_999, at + 60_000].map((now) => compiled.value(now) !== undefined)).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });
});

describe('is refused', () => {
  it.each([
    [
      { schedule: '0 18 * * 5', for: 'x' },
      'for: `x` is not a duration (write it as `90s`, `10m` or `1h30m`)',
    ],
    [{ schedule: '0 18 * * 5', for: '59s' }, 'for: must be from 1m to 366d'],
    [{ schedule: '0 18 * * 5', for: '367d' }, 'for: must be from 1m to 366d'],
    [
      { schedule: '0 0 18 * * 5', for: '1h' },
      'schedule: must have five fields: minute, hour, day, month, day of the week',
    ],
    [
      { schedule: '@daily', for: '1h' },
      'schedule: must have five fields: minute, hour, day, month, day of the week',
    ],
    [
      { schedule: '61 18 * * 5', for: '1h' },
      'schedule: is not a cron schedule: Invalid value for minute: 61',
    ],
    [{ schedule: '0 0 31 2 *', for: '1h' }, 'schedule: never opens'],
    [{ schedule: '0 18 * * 5', for: '1h', timeZone: 'Mars/X' }, 'timeZone: `Mars/X` is not a time zone'],
  ])('%j: %s', (spec, expected) => {
    const compiled = compileFreeze(spec, []);
    expect(compiled.ok ? '' : `${compiled.finding.path.join('.')}: ${compiled.finding.why}`).toBe(expected);
  });
});
