import { PassThrough } from 'node:stream';
import { CommanderError } from 'commander';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { collectPairs, parseTime } from '../../../src/cli/argument.ts';
import { createOutput, formatFault } from '../../../src/cli/output.ts';
import { explainUsage } from '../../../src/cli/program.ts';
import { visible } from '../../../src/cli/visible.ts';

function createStreams() {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const output = createOutput(
    stdout as unknown as NodeJS.WriteStream,
    stderr as unknown as NodeJS.WriteStream,
  );
  const read = (stream: PassThrough): string => {
    let text = '';
    for (let chunk = stream.read(); chunk !== null; chunk = stream.read()) text += String(chunk);
    return text;
  };
  return { stdout, stderr, output, read };
}

afterEach(() => vi.unstubAllEnvs());

describe('createOutput', () => {
  it('ends each block with one newline, and keeps faults off standard output', () => {
    const { stdout, stderr, output, read } = createStreams();
    output.print('a');
    output.print('b\n');
    expect(output.fail({ what: 'file', why: 'is odd\u001b[2J\nerror: forged', fix: 'mend it' })).toBe(2);
    expect(read(stdout)).toBe('a\nb\n');
    expect(read(stderr)).toBe('error: file: is odd?[2J?error: forged\nfix: mend it\n');
  });

  it('knows no width where there is no terminal', () => {
    expect(createStreams().output.columns).toBeUndefined();
  });

  it('ignores a closed pipe, and nothing else', () => {
    const { stdout } = createStreams();
    expect(() => stdout.emit('error', Object.assign(new Error('gone'), { code: 'EPIPE' }))).not.toThrow();
    expect(() => stdout.emit('error', Object.assign(new Error('full'), { code: 'ENOSPC' }))).toThrow('full');
  });

  it('shows a stack only to who asks for it', () => {
    const { stderr, output, read } = createStreams();
    output.trace(new Error('bug'));
    expect(read(stderr)).toBe('');
    vi.stubEnv('FLYBALL_DEBUG', '1');
    output.trace(new Error('bug'));
    expect(read(stderr)).toMatch(/Error: bug\n {4}at /);
  });
});

describe('formatFault', () => {
  it('leaves out a fix that is not known', () => {
    expect(formatFault({ what: 'a', why: 'b' }, (_, text) => text)).toBe('error: a: b\n');
  });
});

describe('visible', () => {
  it('keeps text, and replaces what a terminal obeys', () => {
    expect(visible('naïve – 日本 `x`')).toBe('naïve – 日本 `x`');
    expect(visible('a\tb\u009bc\u2028d\u202ee\u2066f')).toBe('a?b?c?d?e?f');
  });
});

describe('explainUsage', () => {
  it.each([
    ["error: unknown option '--a'\n(Did you mean --b?)", 'unknown option `--a`', 'did you mean `--b`?'],
    [
      "error: unknown command 'a'\n(Did you mean one of b, c?)",
      'unknown command `a`',
      'did you mean `b` or `c`?',
    ],
    ["error: bad 'a'. Allowed choices are b.", 'bad `a`: allowed choices are b', 'see `x --help`'],
  ])('says %j in the form of all errors', (message, why, fix) => {
    expect(explainUsage(new CommanderError(1, 'c', message), 'x --help')).toEqual({
      what: 'usage',
      why,
      fix,
    });
  });
});

describe('arguments', () => {
  it('collects pairs, the last of a key counting', () => {
    const once = collectPairs('a=1=2');
    expect([...collectPairs('a=', collectPairs('__proto__=x', once))]).toEqual([
      ['a', ''],
      ['__proto__', 'x'],
    ]);
    for (const wrong of ['', 'a', '=1']) expect(() => collectPairs(wrong)).toThrow('key=value');
  });

  it('reads times with a zone alone', () => {
    expect(parseTime('2026-01-01T00:00:00Z')).toBe(Date.UTC(2026, 0, 1));
    expect(parseTime('2026-01-01T02:00+02:00')).toBe(Date.UTC(2026, 0, 1));
    for (const wrong of ['now', '2026-01-01', '2026-01-01T00:00:00', '2026-13-01T00:00:00Z', '5'])
      expect(() => parseTime(wrong)).toThrow('time zone');
  });
});
