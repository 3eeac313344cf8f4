/** Results for programs. */
import { stringify } from 'yaml';
import type { Output } from './output.ts';

export function printData({ print }: Output, format: 'json' | 'yaml', data: unknown): void {
  print(
    format === 'json'
      ? JSON.stringify(data, undefined, 2)
      : stringify(data, { aliasDuplicateObjects: false }),
  );
}
