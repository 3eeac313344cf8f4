/** Several ledgers on one store: one history, whatever the store does to them. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { kindOf } from '../../../../src/catalogue/catalogue.ts';
import { chargesOf, noHistory, sumOf } from '../../../../src/core/history.ts';
import type { BypassEntry } from '../../../../src/ledger/entry.ts';
import { KubernetesLedger, mostHolds } from '../../../../src/ledger/kubernetes/kubernetes-ledger.ts';
import { mostBytes, nameOf } from '../../../../src/ledger/kubernetes/resource.ts';
import { bypass, hold, move, outcome, proposal, seen, web } from '../entries.ts';
import { FakeStore } from './fake-store.ts';

const start = 1_700_000_000_000;
let store: FakeStore;
let bypasses: BypassEntry[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'performance'] });
  store = new FakeStore();
  bypasses = [];
});
afterEach(() => {
  vi.useRealTimers();
});

/** One that is told by the watch, unless it is `deaf`. */
function replica(hearing: 'hears' | 'deaf' = 'hears'): KubernetesLedger {
  const ledger = new KubernetesLedger({
    store,
    wall: () => start,
    onBypass: (one) => bypasses.push(one),
    random: () => 0,
  });
  const receive = (version: string | undefined, spec: { object: string }): void => {
    if (version === undefined) ledger.lose(nameOf(spec.object));
    else ledger.receive(nameOf(spec.object), { version, spec });
  };
  if (hearing === 'hears') store.watch(receive);
  ledger.markSynced();
  return ledger;
}

const spentOf = (ledger: KubernetesLedger) =>
  sumOf(chargesOf(ledger.readHistory(web, 'replicas') ?? noHistory)).change;

describe('two replicas', () => {
  it('know what the other has recorded, at once where they are told and by the first conflict where not', async () => {
    const [one, other, deaf] = [replica(), replica(), replica('deaf')];
    await one.record([hold('a', start), outcome('a', start, 'committed', { resourceVersion: '8' })]);
    expect(spentOf(other)).toBe(2n);
    expect(spentOf(deaf)).toBe(0n);
    const late = await deaf.record([hold('b', start, { base: '8' })]);
    expect(late).toMatchObject({ ok: false, isContended: true });
    expect(spentOf(deaf)).toBe(2n);
    expect(await deaf.record([hold('b', start, { base: '8' })])).toEqual({ ok: true });
    expect(other.readHolds(web).map(({ key }) => key)).toEqual(['b']);
  });

  it('do not decide again where the other has only admitted an alternative', async () => {
    const [one, deaf] = [replica(), replica('deaf')];
    await one.record([hold('a', start)]);
    expect(await deaf.record([hold('b', start)])).toEqual({ ok: true });
    expect(one.readHolds(web).map(({ key }) => key)).toEqual(['a', 'b']);
    expect(store.conflicts).toBe(1);
  });

  it('do not take for a bypass what the other had admitted', async () => {
    const [one, deaf] = [replica(), replica('deaf')];
    await one.record([bypass('6', start, { moves: [move('1', '3')] })]);
    await deaf.record([hold('x', start, { base: '6' })]);
    bypasses.length = 0;
    await one.record([hold('a', start + 1)]);
    deaf.append(bypass('8', start + 2, { moves: [move('3', '5')] }));
    expect(spentOf(deaf)).toBe(4n);
    await deaf.close();
    expect(bypasses).toEqual([]);
    expect(one.readHistory(web, 'replicas')?.movements.map(({ actor }) => actor)).toEqual(['', 'tuner']);
  });

  it('do not take an old value for the first where the other knows a newer one', async () => {
    const [one, deaf] = [replica(), replica('deaf')];
    await one.record([bypass('8', start, { moves: [move('3', '5')] })]);
    deaf.append(seen('7', start, '3'));
    expect(await deaf.record([hold('a', start)])).toMatchObject({ ok: false, isContended: true });
    await deaf.close();
    expect(replica().readValues(web).get('replicas')?.value).toBe(5n);
  });

  it('tell of a bypass once', async () => {
    const [one, other] = [replica(), replica()];
    await one.record([bypass('6', start, { moves: [move('1', '3')] })]);
    bypasses.length = 0;
    for (const ledger of [one, other]) ledger.append(bypass('8', start + 2, { moves: [move('3', '9')] }));
    await one.close();
    await other.close();
    expect(bypasses).toHaveLength(1);
    expect(spentOf(replica())).toBe(8n);
  });

  it('race: each hold is decided on the history it is written to', async () => {
    const ledgers = [replica(), replica(), replica()];
    await ledgers[0]?.record([bypass('1', start, { moves: [move(null, '0')] })]);
    let version = 1;
    /** What a hold is decided by: one more than what is known to have landed, on the newest version. */
    const attempt = async (ledger: KubernetesLedger, name: number): Promise<void> => {
      for (;;) {
        const landed = ledger.readHistory(web, 'replicas')?.movements.length ?? 0;
        if (landed > 20) return;
        const base = `${version}`;
        const key = `${name}-${base}`;
        const moves = [move(`${landed - 1}`, `${landed}`)];
        const recorded = await ledger.record([hold(key, start, { base, moves })]);
        if (!recorded.ok || `${version}` !== base) continue;
        version += 1;
        await ledger.record([outcome(key, start, 'committed', { resourceVersion: `${version}` })]);
      }
    };
    store.pause = () => new Promise((resolve) => setImmediate(resolve));
    await Promise.all(Array.from({ length: 12 }, (_, at) => attempt(ledgers[at % 3] ?? replica(), at)));
    expect(spentOf(replica())).toBe(20n);
  });
});

describe('a store that', () => {
  it('loses an answer has recorded what was asked', async () => {
    const ledger = replica('deaf');
    store.fates.push('answer lost');
    expect(await ledger.record([hold('a', start)])).toEqual({ ok: true });
    expect(store.writes).toBe(1);
  });

  it('loses a request has not, and says so; what nobody waits for is tried again', async () => {
    const ledger = replica('deaf');
    ledger.append(bypass('6', start));
    store.fates.push('request lost');
    expect(await ledger.record([hold('a', start)])).toEqual({ ok: false, problem: 'it is down' });
    expect(ledger.readHealth()).toMatchObject({ status: 'failing', problem: 'it is down' });
    expect(ledger.readHolds(web)).toEqual([]);
    expect(await ledger.record([hold('a', start)])).toEqual({ ok: true });
    expect(ledger.readHealth()).toEqual({ status: 'writable' });
    expect(spentOf(replica())).toBe(4n);
  });

  it('is down keeps nothing from being read', async () => {
    const ledger = replica();
    await ledger.record([bypass('6', start)]);
    store.isDown = true;
    expect(await ledger.record([hold('a', start)])).toMatchObject({ ok: false });
    expect(spentOf(ledger)).toBe(4n);
  });

  it('is slow is written to in groups', async () => {
    const ledger = replica('deaf');
    const release: (() => void)[] = [];
    store.pause = () => new Promise((resolve) => release.push(resolve));
    const recorded = ['a', 'b', 'c', 'd'].map((key) => ledger.record([hold(key, start)]));
    while (release.length === 0) await Promise.resolve();
    store.pause = () => Promise.resolve();
    release.pop()?.();
    expect(await Promise.all(recorded)).toEqual(Array(4).fill({ ok: true }));
    expect(store.writes).toBe(2);
  });

  it('has lost a resource gets it again with the next write', async () => {
    const ledger = replica();
    await ledger.record([bypass('6', start)]);
    store.delete(nameOf(web));
    expect(spentOf(ledger)).toBe(4n);
    expect(await ledger.record([hold('a', start, { base: '6' })])).toEqual({ ok: true });
    expect(spentOf(replica())).toBe(4n);
  });

  it('holds something else under our name is not believed', async () => {
    const ledger = replica();
    await ledger.record([bypass('6', start)]);
    const name = nameOf(web);
    const stored = store.resources.get(name);
    if (stored === undefined) throw new Error('nothing is stored');
    store.resources.set(name, { version: '99', spec: { ...stored.spec, state: { version: 2 } } });
    expect(await ledger.record([hold('a', start)])).toMatchObject({ ok: false });
    expect(ledger.readHistory(web, 'replicas')).toBeUndefined();
    expect(await ledger.record([hold('a', start)])).toMatchObject({
      ok: false,
      problem: expect.stringContaining('is not a record of'),
    });
  });
});

describe('a resource', () => {
  it('is never larger than 16 KiB: what has no room counts as if it had just happened', async () => {
    const ledger = replica();
    const values = Array.from({ length: 900 }, (_, at) => `${(at * 7919) % 1009}`);
    const moved = values.slice(1).map((to, at) => {
      const moves = [move(values[at] ?? '', to)];
      return bypass(`${at + 1}`, start + at, { actor: `agent-${at}`, moves });
    });
    const total = moved.reduce((sum, { moves: [one] }) => {
      const change = BigInt(one?.to ?? 0) - BigInt(one?.from ?? 0);
      return sum + (change < 0n ? -change : change);
    }, 0n);
    for (const entry of moved) await ledger.record([entry]);
    for (let at = 0; at < mostHolds; at += 1)
      expect(await ledger.record([hold(`${at}`.padEnd(64, 'f'), start, { base: '1000' })])).toEqual({
        ok: true,
      });
    expect(await ledger.record([hold('more', start)])).toMatchObject({ ok: false, isContended: true });
    const { spec } = store.resources.get(nameOf(web)) ?? {};
    expect(Buffer.byteLength(JSON.stringify(spec))).toBeLessThanOrEqual(mostBytes);
    for (const known of [ledger, replica()]) {
      expect(known.readHistory(web, 'replicas')?.forgotten?.changes).toBeGreaterThan(0);
      expect(spentOf(known)).toBe(total);
    }
  });

  it('tells people what is, and when more is admitted', async () => {
    const ledger = replica();
    await ledger.record([bypass('6', start), proposal(start, '40')]);
    ledger.append({ kind: 'Refusal', object: web, opensAt: start + 60_000 } as { kind: string });
    await ledger.record([hold('a', start, { base: '6', moves: [move('9', '12')] })]);
    expect(store.resources.get(nameOf(web))?.spec).toMatchObject({
      object: web,
      current: 'replicas=9',
      requested: 'replicas=40',
      granted: 'replicas=12',
      reversals: 0,
      nextChangeAllowed: new Date(start + 60_000).toISOString(),
    });
  });

  it('has a name of its own', () => {
    const names = [
      '/Kind/a/b.c',
      '/Kind/a.b/c',
      '/Kind/a/B:C',
      `apps/Deployment/${'n'.repeat(63)}/${'x'.repeat(253)}`,
    ].map(nameOf);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) {
      expect(name.length).toBeLessThanOrEqual(253);
      expect(name).toMatch(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);
    }
  });

  it('is not itself governed', () => {
    expect(kindOf('flyball.dev', 'GuardrailLedger')).toBeUndefined();
  });
});

it('what nobody waits for is written seldom, however often it is told', async () => {
  const ledger = replica('deaf');
  for (let second = 0; second < 20; second += 1) {
    for (let at = 0; at < 50; at += 1)
      ledger.append(proposal(start + at, `${at}`, `apps/Deployment/shop/web-${at % 25}`));
    await vi.advanceTimersByTimeAsync(1_000);
  }
  expect(store.writes).toBeGreaterThan(50);
  expect(store.writes).toBeLessThanOrEqual(20 * 10);
  expect(store.conflicts).toBe(0);
});

it('nothing is known before all was read', () => {
  const ledger = new KubernetesLedger({ store, wall: () => start, onBypass: () => {} });
  expect(ledger.readHistory(web, 'replicas')).toBeUndefined();
  ledger.markSynced();
  expect(ledger.readHistory(web, 'replicas')).toEqual(noHistory);
});
