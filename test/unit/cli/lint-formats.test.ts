import { describe, expect, it } from 'vitest';
import { formatGithub } from '../../../src/cli/lint/github.ts';
import { formatLintJunit } from '../../../src/cli/lint/junit.ts';
import { type LintResult, summarize } from '../../../src/cli/lint/result.ts';
import { formatSarif } from '../../../src/cli/lint/sarif.ts';
import { formatText } from '../../../src/cli/lint/text.ts';
import type { Problem } from '../../../src/policy/problem.ts';
import { expectGolden } from './golden.ts';

const plain = { style: (_: string, text: string) => text };
const problems: readonly Problem[] = [
  {
    file: 'policies/hpa bounds/policy.yaml',
    line: 7,
    column: 5,
    severity: 'error',
    code: 'UnknownField',
    what: 'spec.guards[0].rnage',
    why: 'is not a field here',
    fix: 'did you mean `range`?',
    path: ['spec', 'guards', 0, 'rnage'],
    document: 'GuardrailPolicy shop/checkout',
  },
  {
    file: 'policies/hpa bounds/policy.yaml',
    line: 9,
    column: 11,
    severity: 'warning',
    code: 'NoMovement',
    what: 'spec.guards[1].step',
    why: '100% of <nothing> & "more"\u001b[31m\n::error::forged',
    path: ['spec', 'guards', 1, 'step'],
  },
  {
    file: 'a:b,c%.yaml',
    line: 1,
    column: 1,
    severity: 'info',
    code: 'WiderThanCluster',
    what: 'document',
    why: 'is wider',
    path: [],
  },
];
const result: LintResult = {
  files: ['policies/clean.yaml', 'policies/hpa bounds/policy.yaml', 'a:b,c%.yaml'],
  documents: 4,
  problems,
};

describe('formats of lint', () => {
  it('text', () => expectGolden('lint.txt', formatText(result, plain)));
  it('github', () => expectGolden('lint.github', formatGithub(result)));
  it('junit', () => expectGolden('lint.junit.xml', formatLintJunit(result)));
  it('sarif', () => expectGolden('lint.sarif', formatSarif(result, '1.2.3')));

  it('text lets no policy forge a line or a colour', () => {
    const text = formatText(result, plain);
    expect(text).not.toContain('\u001b');
    expect(text).not.toMatch(/^::/m);
  });

  it('github begins a line only with its own commands and the summary', () => {
    const lines = formatGithub(result).split('\n');
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['::error', '::warning', '::notice', '3']);
    expect(lines[0]).toContain('line=7,col=5');
  });

  it('sarif has each required part, and a rule for each result', () => {
    const log = JSON.parse(formatSarif(result, '1.2.3'));
    const [run] = log.runs;
    expect(log.version).toBe('2.1.0');
    for (const { ruleId, ruleIndex, level, message, locations } of run.results) {
      expect(run.tool.driver.rules[ruleIndex].id).toBe(ruleId);
      expect(['error', 'warning', 'note']).toContain(level);
      expect(message.text).not.toBe('');
      const { artifactLocation, region } = locations[0].physicalLocation;
      expect(artifactLocation.uri).toMatch(/^[\w.%/-]+$/);
      expect(region.startLine).toBeGreaterThan(0);
      expect(region.startColumn).toBeGreaterThan(0);
    }
  });

  it('junit counts what the exit code counts', () => {
    expect(formatLintJunit(result)).toContain(
      '<testsuites name="flyball lint" tests="4" failures="1" errors="0">',
    );
  });

  it('always says how much was read', () => {
    expect(summarize({ files: ['a'], documents: 1, problems: [] })).toBe('1 file, 1 document: no problems');
    expect(summarize(result)).toBe('3 files, 4 documents: 1 error, 1 warning, 1 note');
  });
});
