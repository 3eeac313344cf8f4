import { KubernetesLedger, mostHolds } from '../../../../src/ledger/kubernetes/kubernetes-ledger.ts';
import { conforms } from '../conformance.ts';
import { FakeStore } from './fake-store.ts';

conforms(
  'kubernetes',
  (wall) => {
    const ledger = new KubernetesLedger({ store: new FakeStore(), wall: () => wall.now, onBypass: () => {} });
    ledger.markSynced();
    return Promise.resolve(ledger);
  },
  mostHolds,
);
