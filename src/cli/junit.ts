/** JUnit reports: what build servers read. */
import { type Element, formatXml } from './xml.ts';

export interface Suite {
  readonly name: string;
  readonly cases: readonly TestCase[];
}

export interface TestCase {
  readonly name: string;
  readonly file?: string;
  readonly line?: number;
  /** A failure is a wrong result; an error is a test that could not run. */
  readonly outcome: 'passed' | 'failure' | 'error';
  /** Its first line is the summary. */
  readonly message?: string;
  readonly type?: string;
}

export function formatJunit(name: string, suites: readonly Suite[]): string {
  const cases = suites.flatMap((suite) => suite.cases);
  return formatXml({
    name: 'testsuites',
    attributes: { name, ...countsOf(cases) },
    children: suites.map((suite) => ({
      name: 'testsuite',
      attributes: { name: suite.name, ...countsOf(suite.cases) },
      children: suite.cases.map((testCase) => caseElement(suite.name, testCase)),
    })),
  });
}

function countsOf(cases: readonly TestCase[]) {
  const count = (wanted: TestCase['outcome']): number =>
    cases.filter(({ outcome }) => outcome === wanted).length;
  return { tests: cases.length, failures: count('failure'), errors: count('error') };
}

function caseElement(
  suite: string,
  { name, file, line, outcome, message = '', type = outcome }: TestCase,
): Element {
  const attributes = {
    name,
    classname: suite,
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { line }),
  };
  const [summary = ''] = message.split('\n');
  const detail: Element =
    outcome === 'passed'
      ? { name: 'system-out', attributes: {}, children: [message] }
      : { name: outcome, attributes: { type, message: summary }, children: [message] };
  return { name: 'testcase', attributes, children: outcome === 'passed' && message === '' ? [] : [detail] };
}
