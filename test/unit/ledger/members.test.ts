import { describe, expect, it } from 'vitest';
import type { Member } from '../../../src/core/facts.ts';
import type { Parameter } from '../../../src/core/parameter.ts';
import { type Admitted, objectKeyOf } from '../../../src/ledger/hold.ts';
import { createMembers } from '../../../src/ledger/members.ts';
import { openMemoryLedger } from '../../../src/ledger/memory.ts';
import { createTracker } from '../../../src/ledger/tracker.ts';
import { asked, limitOf } from '../core/sample.ts';

const start = Date.parse('2026-01-05T10:00:00Z');
const replicas = 'deployment.replicas';
const targetOf = (name: string, namespace = 'shop') => {
  return { group: 'apps', kind: 'Deployment', namespace, name, subresource: '' };
};

function setUp() {
  const wall = { now: start };
  const ledger = openMemoryLedger(() => wall.now);
  const followed = { isCurrent: true };
  const members = createMembers(ledger, ({ kind }) => kind === 'Deployment' && followed.isCurrent);
  const tracker = members.follow(createTracker(ledger, () => undefined));
  const tell = (name: string, version: string, value: bigint | undefined, isWhole = true): void => {
    tracker.observe({
      object: objectKeyOf(targetOf(name)),
      resourceVersion: version,
      values: new Map([[replicas, value]]),
      manager: '',
      isWhole,
    });
  };
  const hold = (name: string, change: string, base: string): void => {
    void tracker.hold(admittedOf(name, asked(change, { name: replicas }), base));
  };
  const read = (parameter = replicas, namespace = 'shop'): string | undefined =>
    show(members.readMembers({ parameter, isCounted: (one) => one === namespace }));
  const forget = (name: string): void => tracker.observeDeletion(objectKeyOf(targetOf(name)));
  return { wall, ledger, followed, tracker, tell, hold, read, forget };
}

function show(members: readonly Member[] | undefined): string | undefined {
  return members?.map(({ namespace, name, value }) => `${namespace}/${name} ${value}`).join(', ');
}

function admittedOf(name: string, parameter: Parameter, base: string): Admitted {
  const limit = limitOf('p', '..', { rule: 'budget' });
  const verdict = {
    parameter,
    outcome: 'admit',
    granted: parameter.requested,
    region: limit.admits,
    limits: [limit],
    determining: [],
    advisory: [],
    yielded: [],
    conflict: [],
  } as const;
  const change = {
    target: targetOf(name),
    actor: { user: 'rl', groups: [] },
    operation: base === '' ? 'CREATE' : 'UPDATE',
    dryRun: false,
    parameters: [parameter],
  } as const;
  const key = `${name} ${base} ${parameter.requested}`;
  const decision = { change, outcome: 'admit', verdicts: [verdict], errors: [], facts: new Map() } as const;
  return { decision, base, key, id: key, now: start };
}

describe('what objects hold', () => {
  it('is what is stored of them, in the namespaces that count', () => {
    const { tell, read } = setUp();
    tell('web', '5', 3n);
    tell('cart', '6', 4n);
    tell('web', '7', 2n);
    tell('none', '8', undefined);
    expect([read(), read(replicas, 'bank')]).toEqual(['shop/web 2, shop/cart 4', '']);
  });

  it('is the greatest of what is admitted and may yet land', () => {
    const { tell, hold, read } = setUp();
    tell('web', '5', 3n);
    hold('web', '3 -> 9', '5');
    hold('web', '3 -> 6', '5');
    hold('web', '3 -> 1', '5');
    hold('new', '- -> 7', '');
    expect(read()).toBe('shop/web 9, shop/new 7');
    tell('web', '6', 1n);
    expect(read()).toBe('shop/web 1, shop/new 7');
  });

  it('is given back when nothing was heard of a change for 90 s', () => {
    const { wall, tracker, hold, read } = setUp();
    hold('new', '- -> 7', '');
    wall.now += 89_999;
    tracker.expire();
    expect(read()).toBe('shop/new 7');
    wall.now += 1;
    tracker.expire();
    expect([read(), read()]).toEqual(['', '']);
  });

  it('is given back by a deletion, except for what may make the object anew', () => {
    const { tell, hold, read, forget } = setUp();
    tell('web', '5', 3n);
    tell('cart', '6', 4n);
    hold('cart', '4 -> 5', '6');
    forget('web');
    forget('cart');
    expect(read()).toBe('shop/cart 5');
  });

  it('is what a request shows where the watch is late, and never what it shows too late', () => {
    const { wall, tell, read } = setUp();
    tell('web', '5', 3n);
    tell('web', '7', 8n, false);
    tell('web', '6', 4n);
    expect(read()).toBe('shop/web 8');
    tell('web', '6', 4n, false);
    expect(read()).toBe('shop/web 8');
    tell('gone', '9', 2n, false);
    expect(read()).toBe('shop/web 8, shop/gone 2');
    wall.now += 90_000;
    expect(read()).toBe('shop/web 8');
  });

  it('forgets what the whole object has no more', () => {
    const { tell, read } = setUp();
    tell('web', '5', 3n);
    tell('web', '6', undefined, false);
    expect(read()).toBe('shop/web 3');
    tell('web', '7', undefined);
    expect(read()).toBe('');
  });

  it('is not known where the objects are not followed', () => {
    const { followed, read } = setUp();
    expect([read('hpa.maxReplicas'), read('deployment.strategy.type')]).toEqual([undefined, undefined]);
    followed.isCurrent = false;
    expect(read()).toBeUndefined();
  });

  it('is known of objects that are yet to be made when the ledger is opened again', async () => {
    const { ledger, hold } = setUp();
    hold('new', '- -> 7', '');
    const again = createMembers(ledger, () => true);
    expect(show(again.readMembers({ parameter: replicas, isCounted: () => true }))).toBe('shop/new 7');
  });
});
