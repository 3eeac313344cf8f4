import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { binaryOf, controlPlaneBinaries } from './build.ts';

/** What Kubernetes' own parser makes of one string: an oracle for ours. */
export type QuantityAnswer =
  | {
      readonly in: string;
      readonly ok: true;
      /** The form in which the API server would write it. */
      readonly canonical: string;
      /** The exact value in units of 1e-9, an integer of any size in decimal digits. */
      readonly nano: string;
      readonly format: 'DecimalSI' | 'BinarySI' | 'DecimalExponent';
    }
  | { readonly in: string; readonly ok: false; readonly error: string };

/**
 * Asks Kubernetes' parser about many strings at once.
 *
 * @returns one answer for each string, in order.
 * @throws Error where `KUBEBUILDER_ASSETS` is set, since only what this folder builds has the parser.
 */
export async function parseQuantities(texts: readonly string[]): Promise<readonly QuantityAnswer[]> {
  const child = spawn(binaryOf(await controlPlaneBinaries(), 'quantity'), {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(texts.map((one) => `${JSON.stringify(one)}\n`).join(''));
  const lines = (await text(child.stdout)).split('\n').slice(0, -1);
  if (lines.length !== texts.length) throw new Error(`${lines.length} answers to ${texts.length} quantities`);
  return lines.map((line) => JSON.parse(line) as QuantityAnswer);
}
