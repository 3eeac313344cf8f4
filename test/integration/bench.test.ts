/** That the benchmark runs and reports; never how fast anything is. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNoop } from '../../bench/noop.ts';
import { createReview, kindNames, sizesKibibytes } from '../../bench/reviews.ts';
import { makeCertificates } from '../../src/certificates.ts';
import { type Certificates, createApp } from '../../src/webhook/server.ts';

const folder = mkdtempSync(join(tmpdir(), 'flyball-bench-test-'));
const out = join(folder, 'results.md');
const script = fileURLToPath(new URL('../../bench/run.ts', import.meta.url));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('npm run bench -- --quick', () => {
  let lines: readonly string[] = [];

  beforeAll(() => {
    const { status, stderr } = spawnSync(process.execPath, [script, '--quick', '--out', out], {
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    lines = readFileSync(out, 'utf8').split('\n');
  }, 120_000);

  it('says when, with what and how', () => {
    const text = lines.join('\n');
    expect(text).toContain(`Node.js ${process.version}`);
    expect(text).toMatch(/\d+ cores/);
    expect(text).toContain(`npm run bench -- --quick --out ${out}`);
  });

  it.each([
    [
      'with many connections, ungoverned, and with one',
      /^\| (HPA|Deployment) \| 2 \| (1|100) \| \d+ \| \d+ \| \*\*/,
      12,
    ],
    ['of the decision alone', /^\| (HPA|Deployment) \| 2 \| (1|100) \| (ungoverned|within|outside) \|/, 12],
    ['of start-up', /^\| (1|100) \| \d+ \| \d+ \| \d+ \|/, 2],
  ])('has a row for each measurement %s', (_what, pattern, count) => {
    expect(lines.filter((line) => pattern.test(line))).toHaveLength(count);
  });

  it('has measured everything', () => {
    expect(lines.join('\n')).not.toMatch(/NaN|Infinity|undefined|failed/);
  });
});

describe('the no-op', () => {
  let certificates: Certificates;

  beforeAll(async () => {
    const { ca, server } = await makeCertificates();
    certificates = { ...server, clientCa: ca.cert };
  });

  it('has the settings of the real server', async () => {
    const handlers = {
      review: () => ({ uid: '', allowed: true }),
      readReadiness: () => ({ isReady: true, checks: [] }),
      renderMetrics: async () => ({ contentType: '', text: '' }),
      onRefused: () => undefined,
      onAnswered: () => undefined,
    };
    const caller = { usesClientCertificates: true, clientNames: new Set<string>(), allowsAnyCaller: false };
    const app = createApp({ host: '127.0.0.1', port: 0, tls: certificates, caller }, handlers);
    const noop = createNoop(certificates);
    expect(noop.initialConfig).toEqual(app.initialConfig);
    await Promise.all([app.close(), noop.close()]);
  });

  it('answers an AdmissionReview with its uid', async () => {
    const noop = createNoop(certificates);
    const payload = createReview({
      kind: 'HPA',
      kibibytes: 2,
      proposal: 'outside',
      actor: 'tuner',
      index: 3,
    }) as {
      readonly request: { readonly uid: string };
    };
    const { statusCode, body } = await noop.inject({
      method: 'POST',
      url: '/validate?timeout=5s',
      headers: { 'content-type': 'application/json' },
      payload: JSON.stringify(payload),
    });
    const { response } = JSON.parse(body) as { readonly response: unknown };
    expect({ statusCode, response }).toEqual({
      statusCode: 200,
      response: { uid: payload.request.uid, allowed: true },
    });
    await noop.close();
  });
});

describe('the reviews', () => {
  const choices = kindNames.flatMap((kind) => sizesKibibytes.map((kibibytes) => ({ kind, kibibytes })));

  it.each(choices)('are of about the size they say: $kind of $kibibytes KiB', ({ kind, kibibytes }) => {
    const text = JSON.stringify(
      createReview({ kind, kibibytes, proposal: 'within', actor: 'tuner', index: 3 }),
    );
    expect(Math.abs(text.length / 1024 / kibibytes - 1)).toBeLessThan(0.2);
  });
});
