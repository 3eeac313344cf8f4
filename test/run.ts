/**
 * `npm test`: lint, types, then unit, property, simulation, integration and end-to-end tests, cheapest first. Everything runs even
 * after a failure, and the last line says `N passed, N failed`, with what was skipped.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'flyball-test-'));
/** The project's own tools first, the Node.js of the `node` package among them. */
const env = {
  ...process.env,
  PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env['PATH'] ?? ''}`,
};

function run(command: string, args: readonly string[]): number {
  console.log(`\n> ${[command, ...args].join(' ')}`);
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (error !== undefined) console.error(error.message);
  return status ?? 1;
}

function runCheck(command: string, args: readonly string[]): Tally {
  const isPassed = run(command, args) === 0;
  return { passed: isPassed ? 1 : 0, failed: isPassed ? 0 : 1, skipped: 0 };
}

/** A run that ends without a report (a crash, a failed threshold) counts as one failure, never as none. */
function runTests(name: string, args: readonly string[]): Tally {
  const report = join(folder, `${name}.json`);
  const status = run('vitest', [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...args,
  ]);
  const tally = readReport(report);
  return status !== 0 && tally.failed === 0 ? { ...tally, failed: 1 } : tally;
}

function readReport(path: string): Tally {
  try {
    const report = JSON.parse(readFileSync(path, 'utf8')) as Record<string, number>;
    const { numPassedTests = 0, numFailedTests = 0, numPendingTests = 0, numTodoTests = 0 } = report;
    return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests + numTodoTests };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

const started = Date.now();
const tallies = [
  runCheck('biome', ['check', '.']),
  runCheck('tsc', ['--noEmit']),
  runTests('core', ['--project', 'unit', '--project', 'property', '--coverage.enabled']),
  runTests('simulation', ['--project', 'simulation']),
  runTests('integration', ['--project', 'integration']),
  runTests('e2e', ['--project', 'e2e']),
];
rmSync(folder, { recursive: true, force: true });
const sum = (key: keyof Tally): number => tallies.reduce((total, tally) => total + tally[key], 0);
console.log(`\n${Math.round((Date.now() - started) / 1_000)} s`);
console.log(
  `${sum('passed')} passed, ${sum('failed')} failed${sum('skipped') > 0 ? `, ${sum('skipped')} skipped` : ''}`,
);
process.exitCode = sum('failed') === 0 ? 0 : 1;
