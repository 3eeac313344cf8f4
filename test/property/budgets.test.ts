/** Whatever is admitted, lands or not, in whatever order and however late it is seen: the sum stays within the budget. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decide } from '../../src/core/decide.ts';
import type { Facts } from '../../src/core/facts.ts';
import { budget } from '../../src/core/rules/budget.ts';
import { objectKeyOf } from '../../src/ledger/hold.ts';
import { createMembers } from '../../src/ledger/members.ts';
import { openMemoryLedger } from '../../src/ledger/memory.ts';
import { createTracker } from '../../src/ledger/tracker.ts';
import { asked, factsOf, guardOf } from '../unit/core/sample.ts';

const max = 40n;
const replicas = 'deployment.replicas';
const rule = budget({ name: 'pods', isCounted: () => true, over: 'all namespaces', max });
const guards = [guardOf({ rules: [rule], parameters: [replicas] })];

interface Pending {
  readonly name: string;
  readonly base: string;
  readonly value: bigint;
}

/** An API server that stores what was admitted on the version that is stored, a late watch, and what was admitted. */
class Cluster {
  readonly stored = new Map<string, { readonly version: string; readonly value: bigint }>();
  readonly pending: Pending[] = [];
  readonly #news: (() => void)[] = [];
  readonly #ledger = openMemoryLedger(() => 0);
  readonly #members = createMembers(this.#ledger, () => true);
  readonly #tracker = this.#members.follow(createTracker(this.#ledger, () => undefined));
  #version = 0;
  #asked = 0;

  sum(): bigint {
    return [...this.stored.values()].reduce((sum, { value }) => sum + value, 0n);
  }

  ask(name: string, requested: bigint): void {
    const known = this.stored.get(name);
    const base = known?.version ?? '';
    if (known !== undefined) this.#tell(name, known, false);
    const change = known === undefined ? `- -> ${requested}` : `${known.value} -> ${requested}`;
    const target = targetOf(name);
    const operation = known === undefined ? 'CREATE' : 'UPDATE';
    const facts = (value: string): Facts => ({
      ...factsOf([asked(value, { name: replicas })], { target, operation }),
      readMembers: this.#members.readMembers,
    });
    const first = decide(guards, [], facts(change));
    const [verdict] = first.verdicts;
    if (typeof verdict?.granted !== 'bigint') return;
    // As /mutate patches it and /validate sees it again.
    const decision = decide(guards, [], facts(change.replace(/\d+$/, `${verdict.granted}`)));
    this.#asked += 1;
    void this.#tracker.hold({ decision, base, key: `${this.#asked}`, id: '', now: 0 });
    this.pending.push({ name, base, value: verdict.granted });
  }

  /** Stores one that was admitted, where its version still is the stored one. */
  land(at: number): void {
    const [one] = this.pending.splice(at % Math.max(1, this.pending.length), 1);
    if (one === undefined || one.base !== (this.stored.get(one.name)?.version ?? '')) return;
    this.#version += 1;
    const stored = { version: `${this.#version}`, value: one.value };
    this.stored.set(one.name, stored);
    this.#news.push(() => this.#tell(one.name, stored, true));
  }

  remove(name: string): void {
    if (!this.stored.delete(name)) return;
    this.#version += 1;
    this.#news.push(() => this.#tracker.observeDeletion(objectKeyOf(targetOf(name))));
  }

  watch(events: number): void {
    for (const tell of this.#news.splice(0, events)) tell();
  }

  #tell(name: string, { version, value }: { version: string; value: bigint }, isWhole: boolean): void {
    const values = new Map([[replicas, value]]);
    const object = objectKeyOf(targetOf(name));
    this.#tracker.observe({ object, resourceVersion: version, values, manager: '', isWhole });
  }
}

function targetOf(name: string) {
  return { group: 'apps', kind: 'Deployment', namespace: 'shop', name, subresource: '' };
}

const name = fc.constantFrom('a', 'b', 'c', 'd');
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('ask' as const), name, value: fc.bigInt(0n, 60n) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('land' as const), at: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), name }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('watch' as const), events: fc.nat(3) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function take(cluster: Cluster, one: Step): void {
  if (one.do === 'ask') cluster.ask(one.name, one.value);
  else if (one.do === 'land') cluster.land(one.at);
  else if (one.do === 'remove') cluster.remove(one.name);
  else cluster.watch(one.events);
}

it('no interleaving of what is admitted exceeds the budget', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const cluster = new Cluster();
      for (const one of steps) {
        take(cluster, one);
        expect(cluster.sum()).toBeLessThanOrEqual(max);
      }
    }),
    { numRuns: 1_000 },
  );
});

it('what is left is granted, to the last unit', () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 60n), (value) => {
      const cluster = new Cluster();
      cluster.ask('a', value);
      cluster.land(0);
      cluster.ask('b', max);
      cluster.land(0);
      expect(cluster.sum()).toBe(max);
    }),
  );
});
