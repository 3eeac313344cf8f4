/** The part of autocannon that the load uses; the package brings no types. */
declare module 'autocannon' {
  import type { EventEmitter } from 'node:events';
  import type { ConnectionOptions } from 'node:tls';

  namespace autocannon {
    interface Request {
      readonly method: string;
      readonly path: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Buffer;
    }

    interface Client {
      setRequests(requests: Request[]): void;
    }

    interface Options {
      readonly url: string;
      readonly connections: number;
      /** Seconds. */
      readonly duration: number;
      /** Milliseconds between looks at whether it is time to stop. */
      readonly sampleInt?: number;
      readonly tlsOptions: ConnectionOptions;
      readonly setupClient: (client: Client) => void;
    }

    interface Result {
      readonly errors: number;
      readonly non2xx: number;
    }
  }

  function autocannon(
    options: autocannon.Options,
    done: (error: Error | null, result: autocannon.Result) => void,
  ): EventEmitter & { stop(): void };

  export = autocannon;
}
