import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { documentOf } from '../../../src/policy/document.ts';
import { isCasesFile, listFiles, readFile, readFolder } from '../../../src/policy/folder.ts';
import { loadDocuments, loadFolder } from '../../../src/policy/load.ts';
import { formatProblem } from '../../../src/policy/problem.ts';
import { type FolderWatch, watchFolder } from '../../../src/policy/watch-folder.ts';
import { exception, faultsOf, policy, problemsOf } from './sample.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flyball-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function put(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  return path;
}

const faults = (path: string): string[] =>
  loadFolder(path).problems.map((problem) => formatProblem(problem).replace(`${folder}/`, ''));

describe('loadDocuments', () => {
  it('a name is given once', () => {
    expect(problemsOf(`${policy()}\n---\n${policy()}`)).toEqual([
      'DuplicateName 11:18: metadata.name: `ClusterGuardrailPolicy p` is already at policy.yaml:3',
    ]);
    expect(
      faultsOf(
        [policy(), policy({ namespace: 'a' }), policy({ namespace: 'b' }), exception()].join('\n---\n'),
      ),
    ).toEqual([]);
  });

  it('is all or nothing, and keeps for lint what could be compiled', () => {
    const { documents } = {
      documents: [
        policy({ name: 'a' }),
        policy({ name: 'b', guards: ['{parameter: x, range: {max: 1}}'] }),
      ].flatMap((text, index) => readFile(put(`${index}.yaml`, text)).documents),
    };
    const loaded = loadDocuments(documents);
    expect(loaded.set).toBeUndefined();
    expect(loaded.policies.map(({ id }) => id)).toEqual(['a']);
  });

  it('takes objects of the cluster, and its own namespace', () => {
    const value = {
      apiVersion: 'flyball.dev/v1alpha1',
      kind: 'GuardrailException',
      metadata: { name: 'e', namespace: 'platform' },
      spec: {
        clusterPolicies: ['p'],
        namespaces: ['*'],
        guards: [{ parameter: 'hpa.maxReplicas', range: { max: 9 } }],
        owner: 'o',
        reason: 'r',
        ticket: 't',
        expires: '2026-02-01T00:00:00Z',
      },
    };
    const { documents } = documentOf('GuardrailException/platform/e', value);
    expect(loadDocuments(documents, { ownNamespace: 'platform' }).problems).toEqual([]);
    expect(loadDocuments(documents).problems.map(({ file, line, code }) => [file, line, code])).toEqual([
      ['GuardrailException/platform/e', 1, 'WrongScope'],
    ]);
  });

  it('nothing is a set of nothing', () => {
    expect(loadDocuments([]).set?.size).toBe(0);
  });
});

describe('loadFolder', () => {
  it('reads YAML and JSON below the folder, in one order; neither cases nor hidden files', () => {
    put('b.yaml', policy({ name: 'b' }));
    put('a/policy.yml', policy({ name: 'a' }));
    put('c.json', JSON.stringify({ apiVersion: 'flyball.dev/v1alpha1', kind: 'GuardrailPolicy' }));
    put('a/cases.yaml', 'cases: []');
    put('README.md', 'a: [');
    put('..data/d.yaml', 'a: [');
    put('.hidden.yaml', 'a: [');
    expect(listFiles(folder, () => true).map((file) => file.slice(folder.length + 1))).toEqual([
      'README.md',
      'a/cases.yaml',
      'a/policy.yml',
      'b.yaml',
      'c.json',
    ]);
    expect(readFolder(folder).documents).toHaveLength(3);
    expect(listFiles(folder, isCasesFile)).toHaveLength(1);
    expect(faults(folder)).toEqual([
      'c.json:1:1: document: `metadata` is missing',
      'c.json:1:1: document: `spec` is missing',
    ]);
  });

  it('follows links to files, as a ConfigMap has them', () => {
    put('..2026/p.yaml', policy());
    symlinkSync('..2026', join(folder, '..data'));
    symlinkSync('..data/p.yaml', join(folder, 'p.yaml'));
    expect(loadFolder(folder).set?.size).toBe(1);
  });

  it('what cannot be read is a problem, not an absence', () => {
    expect(faults(join(folder, 'none'))).toEqual(['none:1:1: file: cannot be read: ENOENT']);
    symlinkSync('nowhere', join(folder, 'p.yaml'));
    put('q.yaml', `# ${'x'.repeat(1024 * 1024)}`);
    put('r.yaml', 'a: [');
    expect(faults(folder)).toEqual([
      'p.yaml:1:1: file: cannot be read: ENOENT',
      'q.yaml:1:1: file: cannot be read: it is larger than 1 MiB',
      expect.stringMatching(/^r\.yaml:1:5: document: /),
    ]);
    put('1/2/3/4/5/6/7/8/p.yaml', policy());
    expect(faults(folder)).toEqual([
      expect.stringMatching(/1:1: file: cannot be read: folders are nested deeper than 8$/),
    ]);
  });

  it('too many files are an error, not the first of them', () => {
    for (let index = 0; index <= 10_000; index += 1) writeFileSync(join(folder, `${index}.yaml`), '');
    expect(faults(folder)).toEqual([
      expect.stringMatching(/cannot be read: there are more than 10000 files$/),
    ]);
  });
});

describe('watchFolder', () => {
  let watch: FolderWatch | undefined;

  afterEach(() => watch?.stop());

  /** What was loaded, in the order of loading: the number of policies, or the first problem. */
  function follow(
    options: Parameters<typeof watchFolder>[2] = { settleMilliseconds: 20, pollMilliseconds: 40 },
  ) {
    const seen: string[] = [];
    watch = watchFolder(
      folder,
      ({ set, problems }) => seen.push(set ? `${set.size}` : `${problems[0]?.code}`),
      options,
    );
    const until = async (length: number): Promise<string[]> => {
      const end = Date.now() + 5000;
      while (seen.length < length && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 5));
      return seen;
    };
    return { seen, until };
  }

  it('tells of the folder at once, of each change, and of a bad edit without a set', async () => {
    put('a.yaml', policy({ name: 'a' }));
    const { seen, until } = follow();
    expect(seen).toEqual(['1']);
    put('b.yaml', policy({ name: 'b' }));
    expect(await until(2)).toEqual(['1', '2']);
    put('b.yaml', 'a: [');
    expect(await until(3)).toEqual(['1', '2', 'YamlSyntax']);
    rmSync(join(folder, 'b.yaml'));
    expect(await until(4)).toEqual(['1', '2', 'YamlSyntax', '1']);
  });

  it('sees a ConfigMap swap its links', async () => {
    put('..1/p.yaml', policy());
    put('..2/p.yaml', policy({ name: 'longer' }));
    symlinkSync('..1', join(folder, '..data'));
    symlinkSync('..data/p.yaml', join(folder, 'p.yaml'));
    const { until } = follow();
    symlinkSync('..2', join(folder, '..tmp'));
    renameSync(join(folder, '..tmp'), join(folder, '..data'));
    expect(await until(2)).toEqual(['1', '1']);
  });

  it('looks where nothing notifies, and finds a folder that comes later', async () => {
    rmSync(folder, { recursive: true });
    const { seen, until } = follow();
    expect(seen).toEqual(['UnreadableFile']);
    put('a.yaml', policy());
    expect((await until(2)).slice(0, 2)).toEqual(['UnreadableFile', '1']);
  });

  it('a link to nowhere is said, and hides no other change', async () => {
    symlinkSync('nowhere', join(folder, 'z.yaml'));
    const { seen, until } = follow();
    put('a.yaml', 'a: [');
    expect(await until(2)).toEqual(['UnreadableFile', 'YamlSyntax']);
    rmSync(join(folder, 'a.yaml'));
    rmSync(join(folder, 'z.yaml'));
    await expect.poll(() => seen.at(-1)).toBe('0');
  });

  it('says nothing where nothing changed', async () => {
    const { seen } = follow({ settleMilliseconds: 5, pollMilliseconds: 10 });
    put('notes.txt', 'x');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(seen).toEqual(['0']);
  });

  it('is told by the system long before it would look', async () => {
    const { until } = follow({ settleMilliseconds: 10, pollMilliseconds: 60_000 });
    put('a.yaml', policy());
    expect(await until(2)).toEqual(['0', '1']);
  });

  it('says nothing once stopped, and has sensible times of its own', async () => {
    const { seen } = follow({});
    watch?.stop();
    put('a.yaml', policy());
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(seen).toEqual(['0']);
  });
});
