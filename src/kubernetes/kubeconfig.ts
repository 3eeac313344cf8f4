/** Reads kubeconfigs and in-cluster credentials by `@kubernetes/client-node`, loaded only here and only when asked. */
import { Agent, type RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import type { Endpoint } from './http.ts';
import type { Problem } from './problem.ts';

/** Which cluster; what is left out is found as kubectl finds it, then from the pod's service account. */
export interface ClusterChoice {
  /** The path of a kubeconfig file. */
  readonly kubeconfig?: string;
  /** The name of a context in it. */
  readonly context?: string;
}

export type EndpointResult =
  | { readonly ok: true; readonly endpoint: Endpoint }
  | { readonly ok: false; readonly problem: Problem };

/** Where KubeConfig points when it has found nothing at all. */
const nowhere = 'http://localhost:8080';

/** Reads the configuration; asks the API server nothing. The library costs about 340 ms and 70 MB at its first use. */
export async function loadEndpoint(choice: ClusterChoice): Promise<EndpointResult> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  try {
    if (choice.kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(choice.kubeconfig);
  } catch (error) {
    return refuse(
      choice,
      `it cannot be read (${firstLine(error)})`,
      'check the path and that it is valid YAML',
    );
  }
  return selectContext(config, choice);
}

function selectContext(config: KubeConfig, choice: ClusterChoice): EndpointResult {
  if (choice.context !== undefined) config.setCurrentContext(choice.context);
  const names = config.getContexts().map(({ name }) => `\`${name}\``);
  const context = config.getCurrentContext();
  if (config.getContextObject(context) === null) {
    const known = names.length === 0 ? 'there are no contexts' : `the contexts are ${names.join(', ')}`;
    const missing = context ? `there is no context \`${context}\`` : 'no context is selected';
    return refuse(choice, `${missing}; ${known}`, 'name one of them with --context');
  }
  const server = config.getCurrentCluster()?.server;
  if (server === undefined || server === '')
    return refuse(
      choice,
      `the context \`${context}\` names no cluster with a server`,
      'add the cluster to it',
    );
  if (server === nowhere)
    return refuse(
      choice,
      'no kubeconfig and no service account were found',
      'give --kubeconfig, or run in a pod',
    );
  return endpointOf(config, server, choice);
}

function endpointOf(config: KubeConfig, server: string, choice: ClusterChoice): EndpointResult {
  const cluster = config.getCurrentCluster();
  if (!URL.canParse(server) || !/^https?:/.test(server))
    return refuse(choice, `the server \`${server}\` is not an http or https URL`, 'correct it');
  if (server.startsWith('http:') && cluster?.skipTLSVerify !== true)
    return refuse(
      choice,
      `\`${server}\` is not encrypted`,
      'use https, or set insecure-skip-tls-verify on purpose',
    );
  const agent = new Agent({ keepAlive: true });
  const endpoint: Endpoint = {
    server: server.replace(/\/+$/, ''),
    fetchOptions: () => fetchOptions(config, agent),
    close: () => agent.destroy(),
  };
  return { ok: true, endpoint };
}

/**
 * KubeConfig's own agent is kept for ever with the certificates of its first use, so that a rotated client certificate
 * would not be seen: only a proxy needs it. Ours keys its connections by the options of the request.
 */
async function fetchOptions(config: KubeConfig, agent: Agent): Promise<RequestOptions> {
  const options: RequestOptions = { headers: {} };
  await config.applyToHTTPSOptions(options);
  const cluster = config.getCurrentCluster();
  if (cluster?.proxyUrl) return options;
  const { agent: _replaced, ...rest } = options;
  return cluster?.server.startsWith('http:') ? rest : { ...rest, agent };
}

function refuse({ kubeconfig }: ClusterChoice, why: string, fix: string): EndpointResult {
  const what =
    kubeconfig === undefined ? 'no cluster to connect to' : `cannot use the kubeconfig \`${kubeconfig}\``;
  return { ok: false, problem: { what, why, fix } };
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return (message.split('\n')[0] ?? '').slice(0, 200);
}
