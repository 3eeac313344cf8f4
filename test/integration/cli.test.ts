/** The command line as a stranger meets it: a child process, its output, its exit code. */
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('../..', import.meta.url));
const at = ['--at', '2026-01-07T12:00:00Z'];
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'flyball-cli-'));
  mkdirSync(join(folder, 'empty'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface RunOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly script?: string;
}

function flyball(args: readonly string[], { input = '', env = {}, script }: RunOptions = {}) {
  const { FORCE_COLOR: _, NO_COLOR: __, ...inherited } = process.env;
  const ran: SpawnSyncReturns<string> = spawnSync(
    process.execPath,
    [script ?? join(root, 'src/main.ts'), ...args],
    { cwd: root, encoding: 'utf8', input, env: { ...inherited, ...env } },
  );
  return { code: ran.status, stdout: ran.stdout, stderr: ran.stderr };
}

const example = (name: string): string => `examples/reviews/${name}.yaml`;
const readExample = (name: string): string => readFileSync(join(root, example(name)), 'utf8');

function write(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  return path;
}

describe('flyball', () => {
  it('prints help with every command and examples', () => {
    const { code, stdout, stderr } = flyball(['--help']);
    expect([code, stderr]).toEqual([0, '']);
    for (const name of ['serve', 'demo', 'review', 'lint', 'test', 'prove', 'schema', 'completion'])
      expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
    expect(stdout).toContain('Examples:');
  });

  it.each(['serve', 'demo', 'review', 'lint', 'test', 'prove', 'schema', 'completion'])(
    'prints help with examples for %s',
    (command) => {
      const { code, stdout } = flyball([command, '--help']);
      expect(code).toBe(0);
      expect(stdout).toMatch(new RegExp(`^Usage: flyball ${command}`));
      expect(stdout).toMatch(new RegExp(`Examples:\\n  # .+\\n  .*flyball ${command}`));
    },
  );

  it('prints its version', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(flyball(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('is a plugin of kubectl under its second name', () => {
    const script = join(folder, 'kubectl-flyball');
    symlinkSync(join(root, 'src/main.ts'), script);
    const plugin = flyball(['review', '--help'], { script });
    expect(plugin.stdout).toContain('Usage: kubectl flyball review');
    expect(plugin.stdout).toContain('  kubectl flyball review examples/');
  });

  it.each([
    ['no command', [], /command: none was given/, /name one/],
    ['an unknown command', ['revew'], /unknown command `revew`/, /did you mean `review`\?/],
    ['an unknown option', ['lint', '--strct'], /unknown option `--strct`/, /did you mean `--strict`\?/],
    ['a missing operand', ['review'], /missing required argument `file`/, /see `flyball review --help`/],
    ['a wrong format', ['lint', '-o', 'html'], /`html` is invalid: allowed choices are text/, /see/],
    ['a wrong time', ['review', 'x', '--at', 'noon'], /`noon` is invalid: write it with a time zone/, /see/],
    ['a wrong label', ['review', 'x', '--labels', 'a'], /`a` is invalid: write it as `key=value`/, /see/],
    ['a wrong shell', ['completion', 'tcsh'], /`tcsh` is invalid for argument `shell`/, /see/],
  ])('refuses %s, and says how to go on', (_, args, why, fix) => {
    const { code, stderr } = flyball(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: .+\nfix: .+\n$/);
    expect(stderr).toMatch(why);
    expect(stderr.split('\n')[1]).toMatch(fix);
  });

  it('is quiet when its reader leaves', () => {
    const files = Array<string>(40).fill(example('hpa-raised')).join(' ');
    const command = `"${process.execPath}" src/main.ts review ${files} -o yaml | head -1`;
    const { stdout, stderr } = spawnSync('bash', ['-c', command], { cwd: root, encoding: 'utf8' });
    expect({ stdout, stderr }).toEqual({ stdout: 'reviews:\n', stderr: '' });
  });

  it('colours only what is asked for or a terminal', () => {
    const args = ['review', example('hpa-raised')];
    const colour = '\u001b[';
    expect(flyball(args).stdout).not.toContain(colour);
    expect(flyball(args, { env: { FORCE_COLOR: '1' } }).stdout).toContain(colour);
    expect(flyball(args, { env: { NO_COLOR: '1' } }).stdout).not.toContain(colour);
  });
});

describe('flyball review', () => {
  it('says who asked what, what was granted, by which limit', () => {
    const { code, stdout, stderr } = flyball(['review', example('hpa-raised'), ...at]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('HorizontalPodAutoscaler shop/checkout: clamp');
    expect(stdout).toContain('asked by system:serviceaccount:optimizers:rl, field manager rl-tuner');
    expect(stdout).toContain('hpa.maxReplicas: 10 now, 500 asked, 20 granted (clamp): ');
    expect(stdout).toMatch(/step {3}hpa-bounds {2}admits \[5 \.\. 20\] {3}StepTooLarge {2}determining/);
    expect(stdout).toMatch(/now==granted step\]/);
    expect(stdout).toMatch(
      /\ndecided by \d+ policies of policies \(set [0-9a-f]{12}\)\n1 review: 1 clamped\n$/,
    );
  });

  it.each([
    ['hpa-raised', 0, 'clamp'],
    ['hpa-cut', 0, 'clamp'],
    ['hpa-retargeted', 1, 'deny'],
    ['hpa-v1', 0, 'clamp'],
    ['scale', 0, 'clamp'],
    ['quota-emptied', 0, 'clamp'],
    ['scheduler-swapped', 1, 'deny'],
    ['image-touched', 1, 'deny'],
  ])('decides the example %s', (name, code, outcome) => {
    const ran = flyball(['review', example(name), '-o', 'json', ...at]);
    expect([ran.code, ran.stderr]).toEqual([code, '']);
    const { reviews, summary } = JSON.parse(ran.stdout);
    expect(reviews).toMatchObject([{ outcome, allowed: code === 0 }]);
    expect(summary).toMatchObject({ total: 1, unreadable: 0 });
  });

  it('exits alike in every format, and says the same in JSON and YAML', () => {
    const ran = ['text', 'json', 'yaml'].map((format) =>
      flyball(['review', example('image-touched'), '-o', format, ...at]),
    );
    expect(ran.map(({ code }) => code)).toEqual([1, 1, 1]);
    expect(parse(ran[2]?.stdout ?? '')).toEqual(JSON.parse(ran[1]?.stdout ?? ''));
  });

  it('grants values that are granted again, with the patch that makes them', () => {
    const { stdout } = flyball(['review', example('hpa-raised'), '-o', 'json', ...at]);
    const [review] = JSON.parse(stdout).reviews;
    expect(review.parameters).toMatchObject([
      { name: 'hpa.maxReplicas', current: '10', requested: '500', granted: '20', wouldPass: null },
    ]);
    expect(review.patch).toEqual([
      { op: 'test', path: '/spec/maxReplicas', value: 500 },
      { op: 'replace', path: '/spec/maxReplicas', value: 20 },
    ]);
    const granted = readExample('hpa-raised').replace('maxReplicas: 500', 'maxReplicas: 20');
    expect(flyball(['review', '-'], { input: granted }).stdout).toMatch(/1 review: 1 admitted\n$/);
  });

  it('says of a refused request what would pass, and grants nothing', () => {
    const { stdout } = flyball(['review', example('image-touched'), '-o', 'json']);
    const [{ parameters }] = JSON.parse(stdout).reviews;
    expect(parameters).toMatchObject([{ granted: null, wouldPass: 'shop/checkout:1.42.0' }]);
  });

  it('reads many reviews of many files, and of standard input, in one run', () => {
    const two = `${readExample('hpa-raised')}\n---\n${readExample('image-touched')}`;
    const { code, stdout } = flyball(['review', '-', example('scale')], { input: two });
    expect(code).toBe(1);
    expect(stdout).toContain('(stdin:2:1)');
    expect(stdout).toMatch(/\n3 reviews: 2 clamped, 1 denied\n$/);
  });

  it('reads JSON Lines and Lists', () => {
    const review = parse(readExample('scale'));
    const lines = `${JSON.stringify(review)}\n${JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [review] })}\n`;
    const { code, stdout } = flyball(['review', '-'], { input: lines });
    expect(code).toBe(0);
    expect(stdout).toContain('(stdin:2:1 items[0])');
    expect(stdout).toMatch(/2 reviews: 2 clamped\n$/);
  });

  it('does not take metrics in another order for a change', () => {
    const review = parse(readExample('hpa-raised'));
    const memory = {
      type: 'Resource',
      resource: { name: 'memory', target: { type: 'Utilization', averageUtilization: 70 } },
    };
    const { object, oldObject } = review.request;
    object.spec.maxReplicas = oldObject.spec.maxReplicas;
    object.spec.metrics = [memory, ...object.spec.metrics];
    oldObject.spec.metrics = [...oldObject.spec.metrics, memory];
    const { code, stdout } = flyball(['review', '-'], { input: JSON.stringify(review) });
    expect(code).toBe(0);
    expect(stdout).toContain('no parameter that policies can bound is changed');
  });

  it('takes labels that a review lacks from the command line, and refuses without them', () => {
    const policies = write(
      'labelled/policy.yaml',
      `apiVersion: flyball.dev/v1alpha1
kind: ClusterGuardrailPolicy
metadata: {name: labelled}
spec:
  match:
    resources: [{group: apps, kind: Deployment}]
    labels: {matchLabels: {app: cart}}
    namespaceSelector: {matchLabels: {tier: prod}}
  guards: [{parameter: deployment.replicas, range: {max: 10}}]
`,
    );
    const args = ['review', example('scale'), '--policies', join(policies, '..')];
    const prod = ['--namespace-labels', 'tier=prod'];
    const without = flyball(args);
    expect(without.code).toBe(1);
    expect(without.stdout).toMatch(/error in labelled .+failurePolicy Fail refuses the request/);
    expect(flyball([...args, '-l', 'app=cart', ...prod]).stdout).toContain('60 asked, 10 granted (clamp)');
    expect(flyball([...args, '-l', 'app=other', ...prod]).stdout).toContain('not governed');
  });

  it('decides at the time it is given', () => {
    const args = ['review', example('hpa-cut'), '--policies', 'policies/change-freeze', '-o', 'json', '--at'];
    const when = (time: string) => JSON.parse(flyball([...args, time]).stdout).reviews[0].outcome;
    expect(when('2026-01-07T12:00:00Z')).not.toBe(when('2026-01-10T12:00:00Z'));
  });

  it.each([
    ['text that is not YAML', 'a: [1\nb: }', /^error: stdin:2:1: is not YAML or JSON: /],
    ['JSON that is cut off', '{"apiVersion": "admission', /^error: stdin:1:\d+: is not YAML or JSON: /],
    ['nothing', '', /^error: stdin: holds no review\n/],
    [
      'a key twice in JSON',
      '{"kind":"AdmissionReview",\n "kind":"x"}',
      /^error: stdin:2:2: the key `kind` is given twice/,
    ],
    ['a key twice in YAML', 'a: 1\na: 2\n', /^error: stdin:2:1: a key is given twice/],
    ['deep JSON', '['.repeat(100_000), /^error: /],
    [
      '`__proto__` instead of a request',
      '{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","__proto__":{"request":{"uid":"1"}}}',
      /`request` is missing/,
    ],
    [
      'an older apiVersion',
      '{"apiVersion":"admission.k8s.io/v1beta1","kind":"AdmissionReview"}',
      /it is not an AdmissionReview of `admission.k8s.io\/v1`\nfix: write `apiVersion: admission.k8s.io\/v1`/,
    ],
    [
      'a bare object',
      'apiVersion: v1\nkind: ResourceQuota\n',
      /fix: put the `ResourceQuota` into `request.object`/,
    ],
    ['an object of nothing', '"hello"', /it is not an object/],
  ])('refuses %s', (_, input, message) => {
    const { code, stdout, stderr } = flyball(['review', '-'], { input });
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/ at .+\.ts/);
    expect(stdout).toBe('0 reviews; 1 input unreadable\n');
    expect(code).toBe(2);
  });

  it('refuses a review without an object', () => {
    const { code, stderr } = flyball(['review', '-'], {
      input: readExample('scale').replace('  object:', '  other:'),
    });
    expect(stderr).toBe('error: stdin:2:1: `request.object` is missing on UPDATE\n');
    expect(code).toBe(2);
  });

  it.each(['1e999', '-0', '1Ki5', 'NaN'])(
    'denies the unparsable quantity %s, whatever the policies',
    (text) => {
      const input = readExample('quota-emptied').replace('requests.cpu: "0"', `requests.cpu: "${text}"`);
      const { code, stdout } = flyball(['review', '-'], { input });
      expect(code).toBe(1);
      expect(stdout).toMatch(/error in quota-floor guards\[0\], .+`\/spec\/hard\/requests\.cpu`/);
      expect(stdout).toMatch(/1 review: 1 denied\n$/);
    },
  );

  it('goes on after input that it cannot read', () => {
    const { code, stdout, stderr } = flyball(['review', 'nowhere.yaml', 'examples', example('scale')]);
    expect(code).toBe(2);
    expect(stderr).toContain('error: cannot read `nowhere.yaml`: there is no such file or folder\n');
    expect(stderr).toContain('error: cannot read `examples`: it is a folder\nfix: name its files');
    expect(stdout).toMatch(/1 review: 1 clamped; 2 inputs unreadable\n$/);
  });

  it('lets no review write to the terminal', () => {
    const input = readExample('scale').replace('name: cart\n', 'name: "cart\\e[2J\\ndeny"\n');
    const { stdout } = flyball(['review', '-'], { input });
    expect(stdout).toContain('shop/cart?[2J?deny (scale)');
  });

  it.each([
    ['a folder without policies', () => join(folder, 'empty'), /it holds no policy\nfix: /],
    ['a folder that is not there', () => join(folder, 'nowhere'), /there is no such file or folder/],
    [
      'broken policies',
      () => write('broken.yaml', 'kind: 7'),
      /broken\.yaml:1:1: .+\nfix: see them with `flyball lint/,
    ],
  ])('refuses %s', (_, path, message) => {
    const { code, stdout, stderr } = flyball(['review', example('scale'), '--policies', path()]);
    expect(stderr).toMatch(message);
    expect([code, stdout]).toEqual([2, '']);
  });
});

const brokenPolicy = `apiVersion: flyball.dev/v1alpha1
kind: GuardrailPolicy
metadata: {name: a, namespace: shop}
spec:
  match:
    resources: [{group: autoscaling, kind: HorizontalPodAutoscaler}]
  guards:
    - parameter: hpa.maxReplicas
      rnage: {min: 4, max: 40}
`;

const doubtfulPolicy = brokenPolicy
  .replace('rnage', 'range')
  .replace('  match:\n', '  match:\n    actors: {include: [{fieldManager: x}]}\n');

describe('flyball lint', () => {
  it('finds nothing in the starter policies, and says how much it read', () => {
    const { code, stdout, stderr } = flyball(['lint', '--strict']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^\d+ files, \d+ documents: no problems\n$/);
  });

  it('shows each problem where an editor finds it, with its fix', () => {
    const path = write('lint/broken.yaml', brokenPolicy);
    const { code, stdout } = flyball(['lint', path]);
    expect(code).toBe(1);
    expect(stdout).toBe(
      `${path}:9:7: error UnknownField: spec.guards[0].rnage: is not a field here\n  fix: did you mean \`range\`?\n\n1 file, 1 document: 1 error\n`,
    );
  });

  it('exits alike in every format', () => {
    const path = write('lint/broken.yaml', brokenPolicy);
    for (const format of ['text', 'json', 'yaml', 'github', 'sarif', 'junit']) {
      expect(flyball(['lint', path, '-o', format]).code).toBe(1);
    }
    expect(JSON.parse(flyball(['lint', path, '-o', 'sarif']).stdout).version).toBe('2.1.0');
    expect(JSON.parse(flyball(['lint', path, '-o', 'json']).stdout)).toMatchObject({
      problems: [{ line: 9, column: 7, code: 'UnknownField' }],
      summary: { error: 1 },
    });
    expect(flyball(['lint', path, '-o', 'github']).stdout).toContain(`::error file=${path},line=9,col=7`);
  });

  it('takes warnings for errors only when it is told to', () => {
    const path = write('lint/doubtful.yaml', doubtfulPolicy);
    const lenient = flyball(['lint', path]);
    expect(lenient.stdout).toMatch(/doubtful\.yaml:6:\d+: warning ClientAssertedActor/);
    expect(lenient.code).toBe(0);
    const strict = flyball(['lint', path, '--strict']);
    expect(strict.stdout).toMatch(/error ClientAssertedActor/);
    expect(strict.code).toBe(1);
  });

  it('looks at cases as well', () => {
    const path = write('lint/cases.yaml', 'cases: [{name: x, by: y, expcet: {verdict: admit}}]');
    const { code, stdout } = flyball(['lint', path]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/cases\.yaml:1:26: error UnknownField.+\n {2}fix: did you mean `expect`/);
  });

  it('reads a file once, whatever leads to it, and several folders as one set', () => {
    const path = write('twice/a.yaml', doubtfulPolicy);
    expect(flyball(['lint', path, join(path, '..')]).stdout).toContain('1 file, 1 document:');
    write('twice/b.yaml', doubtfulPolicy);
    expect(flyball(['lint', join(path, '..')]).stdout).toMatch(/b\.yaml:3:\d+: error DuplicateName/);
  });

  it.each([
    ['an empty folder', () => join(folder, 'empty'), /nothing to lint in/],
    ['a missing one', () => join(folder, 'nowhere'), /there is no such file or folder/],
  ])('refuses %s', (_, path, message) => {
    const { code, stdout, stderr } = flyball(['lint', path()]);
    expect(stderr).toMatch(message);
    expect([code, stdout]).toEqual([2, '']);
  });
});

function writeCases(name: string, cases: string): string {
  const path = write(`${name}/cases.yaml`, cases);
  cpSync(join(root, 'policies/hpa-bounds/policy.yaml'), join(path, '../policy.yaml'));
  return join(path, '..');
}

const failing = `cases:
  - name: good
    given: {hpa.maxReplicas: 10}
    propose: {hpa.maxReplicas: 12}
    by: a
    expect: {verdict: admit}
  - name: too much is expected
    given: {hpa.minReplicas: 2, hpa.maxReplicas: 10}
    propose: {hpa.maxReplicas: 500}
    by: a
    expect: {verdict: deny, granted: {hpa.maxReplicas: 15}, determining: [{rule: range, reason: BelowMinimum}]}
`;

describe('flyball test', () => {
  it('passes the starter policies', () => {
    const { code, stdout, stderr } = flyball(['test']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^ok +policies\/hpa-bounds +\d+ of \d+ passed$/m);
    expect(stdout).toMatch(/\n\d+ folders, \d+ cases: \d+ passed\n$/);
  });

  it('shows what was expected beside what came out, and why', () => {
    const { code, stdout } = flyball(['test', writeCases('failing', failing)]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/failed too much is expected {2}\(.+cases\.yaml:7:5\)/);
    expect(stdout).toMatch(/EXPECTED +ACTUAL/);
    expect(stdout).toMatch(/verdict +deny +clamp/);
    expect(stdout).toMatch(/granted\.hpa\.maxReplicas +15 +20/);
    expect(stdout).toMatch(/determining\[0\] +range BelowMinimum +range AboveMaximum of hpa-bounds/);
    expect(stdout).toContain('hpa.maxReplicas: 10 now, 500 asked, 20 granted (clamp)');
    expect(stdout).toMatch(/\n1 folder, 2 cases: 1 passed, 1 failed\n$/);
  });

  it('exits alike in every format', () => {
    const path = writeCases('failing', failing);
    for (const format of ['text', 'json', 'yaml', 'junit'])
      expect(flyball(['test', path, '-o', format]).code).toBe(1);
    expect(flyball(['test', path, '-o', 'junit']).stdout).toContain('tests="2" failures="1" errors="0"');
    expect(JSON.parse(flyball(['test', path, '-o', 'json']).stdout).summary).toEqual({
      folders: 1,
      cases: 2,
      passed: 1,
      failed: 1,
      errors: 0,
    });
  });

  it.each([
    ['rule', 'determining: [{rule: freeze}]', /no policy has a rule `freeze`/],
    ['policy', 'determining: [{rule: range, policy: hpa-bonds}]', /no policy `hpa-bonds`/],
    ['parameter', 'granted: {hpa.minReplica: 3}', /`hpa\.minReplica`/],
  ])('names a %s that does not exist: an error, not a failure', (what, expectation, message) => {
    const cases = failing.replace(/expect: \{verdict: deny.+/, `expect: {verdict: clamp, ${expectation}}`);
    const { code, stdout } = flyball(['test', writeCases(`missing-${what}`, cases)]);
    expect(stdout).toMatch(message);
    expect(stdout).toMatch(/\n1 folder, 2 cases: 1 passed, 1 error\n$/);
    expect(code).toBe(2);
  });

  it('runs no case against policies that are broken, and still sums up', () => {
    const path = writeCases('unread', failing);
    write('unread/policy.yaml', brokenPolicy);
    const { code, stdout } = flyball(['test', path]);
    expect(stdout).toMatch(
      /^error {2}.+unread {2}not run\n.+policy\.yaml:9:7: .+\n +fix: did you mean `range`\?/,
    );
    expect(stdout).toMatch(/1 folder, 0 cases: 0 passed, 1 error\n$/);
    expect(code).toBe(2);
  });

  it('filters by plain text, and does not call an empty run a success', () => {
    const path = writeCases('failing', failing);
    expect(flyball(['test', path, '--filter', 'good'])).toMatchObject({ code: 0 });
    expect(flyball(['test', path, '--filter', 'too much']).stdout).toMatch(/1 case: 0 passed, 1 failed\n$/);
    expect(flyball(['test', path, '--filter', '.*'])).toMatchObject({ code: 2, stdout: '' });
    expect(flyball(['test', join(folder, 'empty')])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/no `cases\.yaml` in it or below\nfix: /),
    });
  });
});

describe('flyball prove', () => {
  it('takes all that it is given as one set', () => {
    const { code, stdout } = flyball(['prove', 'policies/hpa-bounds', 'policies/hpa-cpu-target/policy.yaml']);
    expect(code).toBe(0);
    expect(stdout).toContain('hpa.maxReplicas');
    expect(stdout).toContain('hpa.metrics.cpu.averageUtilization');
    expect(stdout).toMatch(/^ {2}frequency +not bounded$/m);
  });

  it.each<[string, (text: string) => unknown]>([
    ['json', JSON.parse],
    ['yaml', parse],
  ])('as %s', (format, read) => {
    const { code, stdout } = flyball(['prove', 'policies/rl-hpa-target', '-o', format]);
    expect(code).toBe(0);
    expect(read(stdout)).toMatchObject({
      guarantees: [{ value: { min: '30%', max: '80%' }, climb: { noSoonerThan: '30m' }, notBounded: [] }],
    });
  });

  it.each([
    ['a folder that is not there', () => 'nowhere', /there is no such file/],
    ['no policy', () => join(folder, 'empty'), /it holds no policy/],
    ['a policy that is not valid', () => write('wrong/policy.yaml', 'kind: GuardrailPolicy\n'), /lint/],
  ])('refuses %s', (_, path, message) => {
    const { code, stdout, stderr } = flyball(['prove', path()]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
  });
});

describe('flyball schema', () => {
  it.each(['policy', 'cases'])('prints the JSON Schema of %s as it is checked in', (what) => {
    const { code, stdout } = flyball(['schema', what]);
    const file = what === 'policy' ? 'flyball.schema.json' : 'cases.schema.json';
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual(JSON.parse(readFileSync(join(root, 'schemas', file), 'utf8')));
  });

  it('prints the CRDs as one stream', () => {
    const { code, stdout } = flyball(['schema', 'crds']);
    expect(code).toBe(0);
    expect(stdout.match(/^kind: CustomResourceDefinition$/gm)).toHaveLength(4);
  });
});

describe('flyball completion', () => {
  it('knows every command when it is sourced', () => {
    const script = flyball(['completion', 'bash']).stdout;
    const command = `${script}\nCOMP_WORDS=(flyball lint -o ''); COMP_CWORD=3; _flyball; echo "\${COMPREPLY[@]}"; COMP_WORDS=(flyball ''); COMP_CWORD=1; _flyball; echo "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', command], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(stdout).toBe(
      'text json yaml github sarif junit\nserve demo review lint test prove schema completion help\n',
    );
  });
});
