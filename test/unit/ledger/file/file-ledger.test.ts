import { openFileLedger } from '../../../../src/ledger/file/open.ts';
import { conforms } from '../conformance.ts';
import { Disk, newOwner, TestClock } from './disk.ts';

conforms('file', async (wall) => {
  const clock = new TestClock(0);
  const now = (): number => wall.now;
  const files = new Disk(now);
  const opened = await openFileLedger({
    files,
    clock: { now, after: clock.after.bind(clock) },
    owner: newOwner(),
  });
  if (!opened.ok) throw new Error(opened.problem);
  return opened.ledger;
});
