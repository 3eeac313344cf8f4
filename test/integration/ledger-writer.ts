/** Records holds in a folder as fast as it can, and prints the key of each that was acknowledged: to be killed. */
import { openFolder, systemClock, thisProcess } from '../../src/ledger/file/node.ts';
import { openFileLedger } from '../../src/ledger/file/open.ts';

const [folder = '', name = ''] = process.argv.slice(2);
const files = await openFolder(folder);
const opened = await openFileLedger({
  files,
  clock: systemClock,
  owner: thisProcess,
  segmentBytes: 64 * 1024,
});
if (!opened.ok) throw new Error(opened.problem);
const { ledger, findings } = opened;
for (const { kind, message } of findings) console.log(`finding ${kind} ${message}`);

async function write(writer: number): Promise<void> {
  for (let count = 0; ; count += 1) {
    const key = `${name}-${writer}-${count}`;
    const moves = [{ parameter: 'replicas', type: 'integer', from: `${count}`, to: `${count + 1}` }];
    const place = { object: `apps/Deployment/shop/web-${writer}`, base: key, actor: 'tuner', decision: key };
    const recorded = await ledger.record([{ kind: 'Hold', key, at: ledger.now(), ...place, moves }]);
    if (!recorded.ok) throw new Error(recorded.problem);
    console.log(key);
    ledger.append({ kind: 'Outcome', key, at: ledger.now(), object: place.object, outcome: 'committed' } as {
      kind: string;
    });
  }
}

await Promise.all(Array.from({ length: 8 }, (_, writer) => write(writer)));
