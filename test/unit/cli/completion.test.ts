import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Argument, Command, Option } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeBash } from '../../../src/cli/completion/bash.ts';
import { writeFish } from '../../../src/cli/completion/fish.ts';
import { treeOf } from '../../../src/cli/completion/tree.ts';
import { writeZsh } from '../../../src/cli/completion/zsh.ts';
import { expectGolden } from './golden.ts';

const tree = treeOf(createTree());
const names = ['tool', 'kubectl-tool'];
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'flyball-completion-'));
  mkdirSync(join(folder, 'see'));
  writeFileSync(join(folder, 'a file.yaml'), '');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function createTree(): Command {
  const program = new Command('tool').version('1').helpCommand('help [command]');
  program
    .command('see')
    .summary("look at a file's text: now")
    .argument('<file...>')
    .addOption(new Option('-o, --output <format>', 'format [text]').choices(['text', 'json']))
    .option('--policies <dir>', 'folder')
    .option('--at <time>', 'clock')
    .option('--strict', 'strict');
  program
    .command('make')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh']))
    .summary('make it');
  program.command('secret', { hidden: true });
  return program;
}

/** What bash offers for the last of the words, by really sourcing the script. */
function completeBash(...words: string[]): string[] {
  const quoted = words.map((word) => `'${word}'`).join(' ');
  const script = `${writeBash(tree, names)}\nCOMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _flyball; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', script], { cwd: folder, encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => line !== '');
}

function isMissing(shell: string): boolean {
  return spawnSync(shell, ['--version']).error !== undefined;
}

describe('the bash script', () => {
  it.each([
    ['commands, but not hidden ones', ['tool', ''], ['see', 'make', 'help']],
    ['a command that is begun', ['tool', 'm'], ['make']],
    ['options of the root', ['tool', '--'], ['--version', '--help']],
    ['options of a command', ['tool', 'see', '--'], ['--output', '--policies', '--at', '--strict', '--help']],
    ['options after operands', ['tool', 'see', 'x', '--st'], ['--strict']],
    ['values of an option', ['tool', 'see', '-o', ''], ['text', 'json']],
    ['values of a long option', ['tool', 'see', '--output', 'j'], ['json']],
    ['values after an equals sign', ['tool', 'see', '--output', '=', 'j'], ['json']],
    ['values right after an equals sign', ['tool', 'see', '--output', '='], ['text', 'json']],
    ['nothing where anything may stand', ['tool', 'see', '--at', ''], []],
    ['folders for a folder', ['tool', 'see', '--policies', ''], ['see']],
    ['files, with spaces, and folders for a file', ['tool', 'see', ''], ['a file.yaml', 'see']],
    ['choices of an argument', ['tool', 'make', ''], ['bash', 'zsh']],
    ['commands after help', ['tool', 'help', 's'], ['see']],
  ])('completes %s', (_, words, expected) => {
    expect(completeBash(...words).sort()).toEqual([...expected].sort());
  });

  it('serves both names of the binary', () => {
    const script = `${writeBash(tree, names)}\ncomplete -p tool kubectl-tool`;
    const { stdout } = spawnSync('bash', ['--norc', '-c', script], { encoding: 'utf8' });
    expect(stdout).toMatch(/_flyball tool\n.*_flyball kubectl-tool\n/);
  });
});

describe('the scripts as text', () => {
  it.each([
    ['bash', writeBash],
    ['zsh', writeZsh],
    ['fish', writeFish],
  ])('%s', (shell, write) => {
    expectGolden(`completion.${shell}`, write(tree, names));
  });

  it.skipIf(isMissing('zsh'))('zsh accepts its syntax (skipped where zsh is not installed)', () => {
    expect(spawnSync('zsh', ['-n'], { input: writeZsh(tree, names), encoding: 'utf8' })).toMatchObject({
      status: 0,
      stderr: '',
    });
  });

  it.skipIf(isMissing('fish'))('fish accepts its syntax (skipped where fish is not installed)', () => {
    expect(spawnSync('fish', ['-n'], { input: writeFish(tree, names), encoding: 'utf8' })).toMatchObject({
      status: 0,
      stderr: '',
    });
  });
});
