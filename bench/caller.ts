/** One request at a time, as the API server makes it: to see that a server answers, and answers right. */
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import type { LoadSettings } from './load.ts';

export interface Answer {
  readonly status: number;
  readonly text: string;
}

export interface Address extends LoadSettings {
  readonly port: number;
}

export function call({ port, ca, cert, key }: Address, path: string, body?: unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        path,
        method: body === undefined ? 'GET' : 'POST',
        headers: body === undefined ? {} : { 'content-type': 'application/json' },
        ca: readFileSync(ca),
        cert: readFileSync(cert),
        key: readFileSync(key),
        agent: false,
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      },
    );
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
