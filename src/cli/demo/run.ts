import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DecisionRecord } from '../../audit/record.ts';
import { clientName, makeCertificates } from '../../certificates.ts';
import { defaultExemptions } from '../../exemption.ts';
import { type Running, serve } from '../../serve.ts';
import { createLog } from '../../telemetry/log.ts';
import { starterPolicies } from '../input.ts';
import type { Output } from '../output.ts';
import type { ExitCode, Invocation } from '../registration.ts';
import { type Caller, play } from './api-server.ts';
import { steps } from './steps.ts';
import { formatSteps, type Played } from './story.ts';

export async function run({ options, output }: Invocation): Promise<ExitCode> {
  const port = Number(options['port']);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    return output.fail({
      what: '--port',
      why: `\`${String(options['port'])}\` is not a port`,
      fix: 'give a number from 0 to 65535',
    });
  }
  const folder = await mkdtemp(join(tmpdir(), 'flyball-demo-'));
  try {
    return await demonstrate({ port, folder, isOnce: options['once'] === true }, output);
  } catch (error) {
    output.trace(error);
    return output.fail({ what: 'demo', why: explain(error, port), fix: 'try `flyball demo --port 0`' });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Stage {
  readonly port: number;
  /** For the decision log and the client's certificate, removed at the end. */
  readonly folder: string;
  readonly isOnce: boolean;
}

async function demonstrate({ port, folder, isOnce }: Stage, output: Output): Promise<ExitCode> {
  const { ca, server, client } = await makeCertificates({
    dnsNames: ['localhost'],
    ipAddresses: ['127.0.0.1'],
    days: 1,
  });
  const records: DecisionRecord[] = [];
  const logPath = join(folder, 'decisions.jsonl');
  const running = await serve(
    {
      host: '127.0.0.1',
      port,
      certificates: { from: 'memory', certificates: { ...server, clientCa: ca.cert } },
      caller: { usesClientCertificates: true, clientNames: new Set([clientName]), allowsAnyCaller: false },
      policies: { from: 'folder', path: starterPolicies, ownNamespace: 'flyball-system' },
      labels: undefined,
      exemptions: defaultExemptions,
      logPath,
      history: {},
      drainMilliseconds: 0,
    },
    { log: createLog('warn'), onRecord: (record) => records.push(record) },
  );
  const caller: Caller = { port: running.port, ca: ca.cert, client };
  output.print(await tell(caller, { running, records, output }));
  if (!isOnce) {
    await keepCertificates(folder, { ca: ca.cert, cert: client.cert, key: client.key });
    output.print(invite(running.port, folder));
    await Promise.race(['SIGINT', 'SIGTERM'].map((signal) => once(process, signal)));
  }
  await running.stop();
  return 0;
}

/** Plays each step and returns the table. */
async function tell(
  caller: Caller,
  { running, records, output }: { running: Running; records: readonly DecisionRecord[]; output: Output },
): Promise<string> {
  const played: Played[] = [];
  for (const step of steps) {
    const before = records.length;
    const { validated } = await play(step, caller);
    played.push({ step, isAllowed: validated.allowed, record: records[before] });
  }
  return formatSteps(played, {
    output,
    policies: running.readPolicyState().set?.size ?? 0,
    port: running.port,
  });
}

async function keepCertificates(
  folder: string,
  { ca, cert, key }: { ca: string; cert: string; key: string },
): Promise<void> {
  await writeFile(join(folder, 'ca.crt'), ca);
  await writeFile(join(folder, 'client.crt'), cert);
  await writeFile(join(folder, 'client.key'), key, { mode: 0o600 });
}

function invite(port: number, folder: string): string {
  return [
    '',
    `Serving https://localhost:${port} until you press Ctrl-C. In another terminal:`,
    '',
    `  curl --cacert ${folder}/ca.crt https://localhost:${port}/readyz`,
    `  tail -n 1 ${folder}/decisions.jsonl          # a decision with every limit and where it came from`,
    '  npm run flyball -- review examples/reviews/hpa-raised.yaml',
    '  npm run flyball -- lint policies && npm run flyball -- test policies',
  ].join('\n');
}

function explain(error: unknown, port: number): string {
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')
    return `port ${port} is in use`;
  return error instanceof Error ? error.message : String(error);
}
