/** From the options of `flyball serve` to settings; a value that cannot be used is a fault. */
import { readFileSync } from 'node:fs';
import { parseDuration } from '../../core/duration.ts';
import { type LogLevel, logLevels } from '../../telemetry/log.ts';
import type { CertificateSource } from '../../tls.ts';
import type { CallerSettings } from '../../webhook/authenticate.ts';
import type { Fault } from '../output.ts';

export type Options = Readonly<Record<string, unknown>>;

export interface ServeOptions {
  readonly host: string;
  readonly port: number;
  /** `kubernetes`, a folder, or undefined for the starter policies. */
  readonly policies: string | undefined;
  readonly certificates: CertificateSource;
  readonly caller: CallerSettings;
  /** `kubernetes`, a folder, or undefined, which keeps history in memory. */
  readonly ledger: string | undefined;
  readonly logPath: string | undefined;
  readonly logLevel: LogLevel;
  readonly breakGlassGroups: readonly string[];
  readonly exemptNamespaces: readonly string[];
  readonly ownNamespace: string;
  readonly governHpaController: boolean;
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly drainMilliseconds: number;
}

/** Thrown and caught within the command: the first option that cannot be used. */
export class OptionFault extends Error {
  readonly fault: Fault;
  constructor(fault: Fault) {
    super(fault.why);
    this.fault = fault;
  }
}

export function readOptions(options: Options): ServeOptions {
  const ownNamespace = text(options, 'ownNamespace') ?? 'flyball-system';
  return {
    ...readListen(text(options, 'listen') ?? ''),
    policies: text(options, 'policies'),
    certificates: readCertificates(options),
    caller: readCaller(options),
    ledger: text(options, 'ledger'),
    logPath: text(options, 'log'),
    logLevel: readLevel(text(options, 'logLevel') ?? 'info'),
    breakGlassGroups: list(options, 'breakGlassGroup'),
    exemptNamespaces: ['kube-system', ownNamespace, ...list(options, 'exemptNamespace')],
    ownNamespace,
    governHpaController: options['governHpaController'] === true,
    kubeconfig: text(options, 'kubeconfig'),
    context: text(options, 'context'),
    drainMilliseconds: readDrain(text(options, 'drain') ?? '0s'),
  };
}

/** `0.0.0.0:9443`, `[::]:9443`, `:9443`. */
function readListen(listen: string): { host: string; port: number } {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:]*)):(\d{1,5})$/.exec(listen);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) {
    throw new OptionFault({
      what: '--listen',
      why: `\`${listen}\` is not an address and a port`,
      fix: 'write it as `0.0.0.0:9443`',
    });
  }
  return { host: match[1] ?? (match[2] || '0.0.0.0'), port };
}

function readCertificates(options: Options): CertificateSource {
  const clientCa = text(options, 'clientCa');
  const files = { cert: text(options, 'tlsCert') ?? '', key: text(options, 'tlsKey') ?? '' };
  return { from: 'files', ...files, ...(clientCa === undefined ? {} : { clientCa }) };
}

function readCaller(options: Options): CallerSettings {
  const usesClientCertificates = options['clientCa'] !== undefined;
  const secretFile = text(options, 'pathSecretFile');
  const pathSecret = secretFile === undefined ? undefined : readSecret(secretFile);
  const allowsAnyCaller = options['allowAnyCaller'] === true;
  if (!usesClientCertificates && pathSecret === undefined && !allowsAnyCaller) {
    const fix =
      'give --client-ca or --path-secret-file; or --allow-any-caller where nothing else can reach the port';
    throw new OptionFault({ what: 'caller', why: 'nothing tells the API server from anybody else', fix });
  }
  const clientNames = new Set(list(options, 'clientName'));
  return {
    usesClientCertificates,
    clientNames,
    allowsAnyCaller,
    ...(pathSecret === undefined ? {} : { pathSecret }),
  };
}

/** A path segment; short ones can be guessed. */
function readSecret(file: string): string {
  const secret = readFileSync(file, 'utf8').trim();
  if (/^[A-Za-z0-9_-]{16,200}$/.test(secret)) return secret;
  throw new OptionFault({
    what: '--path-secret-file',
    why: `\`${file}\` does not hold 16 to 200 of the characters A-Z a-z 0-9 _ -`,
    fix: 'make one with `openssl rand -hex 32`',
  });
}

function readLevel(level: string): LogLevel {
  const known = logLevels.find((one) => one === level);
  if (known !== undefined) return known;
  throw new OptionFault({
    what: '--log-level',
    why: `\`${level}\` is not a level`,
    fix: `use one of ${logLevels.join(', ')}`,
  });
}

function readDrain(duration: string): number {
  const parsed = parseDuration(duration);
  if (parsed.ok) return parsed.value;
  throw new OptionFault({ what: '--drain', why: parsed.error });
}

function text(options: Options, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

function list(options: Options, name: string): string[] {
  const value = options[name];
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
