/** Fills a small file system with a ledger, makes room, and says what happened: to be run where such a one is mounted. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { openFolder, systemClock, thisProcess } from '../../src/ledger/file/node.ts';
import { openFileLedger } from '../../src/ledger/file/open.ts';

const [folder = ''] = process.argv.slice(2);
const ballast = join(folder, 'ballast');
writeFileSync(ballast, Buffer.alloc(256 * 1024));

async function open() {
  const opened = await openFileLedger({
    files: await openFolder(join(folder, 'ledger')),
    clock: systemClock,
    owner: thisProcess,
    segmentBytes: 16 * 1024 * 1024,
  });
  if (!opened.ok) throw new Error(opened.problem);
  return opened;
}

const { ledger } = await open();
const acknowledged: string[] = [];

async function record(key: string): Promise<string> {
  const moves = [{ parameter: 'replicas', type: 'integer', from: '1', to: '2' }];
  const place = {
    object: `apps/Deployment/shop/${key}`,
    base: '1',
    actor: 'tuner',
    decision: 'd'.repeat(2000),
  };
  const recorded = await ledger.record([{ kind: 'Hold', key, at: ledger.now(), ...place, moves }]);
  if (recorded.ok) acknowledged.push(key);
  return recorded.ok ? 'ok' : recorded.problem;
}

let problem = 'ok';
for (let count = 0; problem === 'ok' && count < 10_000; count += 1) problem = await record(`a${count}`);
const health = ledger.readHealth().status;
rmSync(ballast);
await setTimeout(1000);
const recovered = ledger.readHealth().status;
const after = await record('after');
await ledger.close();
const { findings, ledger: again } = await open();
const lost = acknowledged.filter((key) => again.readHolds(`apps/Deployment/shop/${key}`).length !== 1);
await again.close();
console.log(
  JSON.stringify({ before: acknowledged.length, problem, health, recovered, after, findings, lost }),
);
