import { openMemoryLedger } from '../../../src/ledger/memory.ts';
import { conforms } from './conformance.ts';

conforms('memory', (wall) => Promise.resolve(openMemoryLedger(() => wall.now)));
