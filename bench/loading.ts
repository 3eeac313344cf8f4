/** How long a folder of policies takes to load, and what it keeps in memory. Wants `--expose-gc`. */
import { loadFolder } from '../src/policy/load.ts';
import { readSettings, say } from './part.ts';

export interface LoadingSettings {
  readonly policyFolder: string;
  readonly times: number;
}

export interface LoadingResult {
  readonly policies: number;
  /** Of each load; the first runs cold. */
  readonly milliseconds: readonly number[];
  /** What the heap holds of one set, after collection. */
  readonly keptBytes: number;
}

const { policyFolder, times } = readSettings<LoadingSettings>();

function readHeapBytes(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

const before = readHeapBytes();
const milliseconds: number[] = [];
let set = load();
const keptBytes = readHeapBytes() - before;
for (let time = 1; time < times; time += 1) set = load();
say({ policies: set?.size ?? 0, milliseconds, keptBytes } satisfies LoadingResult);
process.disconnect?.();

/** Keeps the set alone, as the server does. */
function load() {
  const start = performance.now();
  const loaded = loadFolder(policyFolder).set;
  milliseconds.push(performance.now() - start);
  return loaded;
}
