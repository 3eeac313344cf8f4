/** SARIF 2.1.0, for code scanning: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html */
import { type Problem, type ProblemCode, problemCodes, type Severity } from '../../policy/problem.ts';
import { type LintResult, messageOf } from './result.ts';

const levels: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'note' };
const codes = Object.keys(problemCodes) as readonly ProblemCode[];

export function formatSarif({ problems }: LintResult, version: string): string {
  const rules = codes.map((id) => ({
    id,
    shortDescription: { text: problemCodes[id][1] },
    defaultConfiguration: { level: levels[problemCodes[id][0]] },
  }));
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'flyball', version, rules } },
        columnKind: 'utf16CodeUnits',
        results: problems.map(toResult),
      },
    ],
  };
  return JSON.stringify(log, undefined, 2);
}

function toResult(problem: Problem) {
  const { file, line, column, severity, code, fix } = problem;
  return {
    ruleId: code,
    ruleIndex: codes.indexOf(code),
    level: levels[severity],
    message: { text: fix === undefined ? messageOf(problem) : `${messageOf(problem)} (fix: ${fix})` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(file) },
          region: { startLine: line, startColumn: column },
        },
      },
    ],
  };
}

/** A relative reference where the path is one, with no characters that a URI has other uses for. */
function uriOf(file: string): string {
  const path = file.split('/').map(encodeURIComponent).join('/');
  return file.startsWith('/') ? `file://${path}` : path;
}
