#!/usr/bin/env node
/** The command line. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { completionCommand } from './cli/completion/command.ts';
import { demoCommand } from './cli/demo/command.ts';
import { lintCommand } from './cli/lint/command.ts';
import { createOutput } from './cli/output.ts';
import { runProgram } from './cli/program.ts';
import { proveCommand } from './cli/prove/command.ts';
import { reviewCommand } from './cli/review/command.ts';
import { schemaCommand } from './cli/schema/command.ts';
import { serveCommand } from './cli/serve/command.ts';
import { testCommand } from './cli/test/command.ts';

/** In the order of `--help`. A registration imports nothing heavy: its `run` does, when it is called. */
const registrations = [
  serveCommand,
  demoCommand,
  reviewCommand,
  lintCommand,
  testCommand,
  proveCommand,
  schemaCommand,
  completionCommand,
];

const [, script = '', ...args] = process.argv;
const output = createOutput(process.stdout, process.stderr);
const name = basename(script).startsWith('kubectl-') ? 'kubectl flyball' : 'flyball';

try {
  process.exitCode = await runProgram(args, { name, version: readVersion(), registrations, output });
} catch (error) {
  process.exitCode = output.fail({
    what: 'flyball itself failed',
    why: error instanceof Error ? error.message : String(error),
    fix: 'report it, with what `FLYBALL_DEBUG=1` prints',
  });
  output.trace(error);
}

/** From the package, which is above both `src` and `dist`. */
function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return String((manifest as { readonly version?: unknown }).version);
}
