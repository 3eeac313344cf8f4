/** Flyball as it is installed: client certificates, policies from a folder, a decision log on disk. */
import { clientName } from '../src/certificates.ts';
import { serve } from '../src/serve.ts';
import { createLog } from '../src/telemetry/log.ts';
import { becomeServer, type PartSettings } from './part.ts';

async function listen({ certificates, policyFolder, logPath }: PartSettings): Promise<number> {
  const running = await serve(
    {
      host: '127.0.0.1',
      port: 0,
      certificates: { from: 'files', ...certificates },
      caller: { usesClientCertificates: true, clientNames: new Set([clientName]), allowsAnyCaller: false },
      policies: { from: 'folder', path: policyFolder, ownNamespace: 'flyball-system' },
      labels: undefined,
      exemptions: {
        namespaces: new Set(['kube-system', 'flyball-system']),
        breakGlassGroups: new Set(['system:masters']),
        governHpaController: false,
      },
      logPath,
      history: {},
      drainMilliseconds: 0,
    },
    { log: createLog('warn') },
  );
  return running.port;
}

await becomeServer(listen);
