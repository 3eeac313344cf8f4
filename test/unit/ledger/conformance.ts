/** What every ledger does, whatever it is made of: each backend runs this. */
import { describe, expect, it } from 'vitest';
import { chargesOf, reversalsOf, sumOf } from '../../../src/core/history.ts';
import type { LedgerEntry } from '../../../src/ledger/entry.ts';
import { type Ledger, mostHolds } from '../../../src/ledger/ledger.ts';
import { keptMilliseconds } from '../../../src/ledger/state.ts';
import { api, bypass, hold, move, outcome, proposal, seen, web } from './entries.ts';

/** Time that a test sets. */
export interface Wall {
  now: number;
}

const start = 1_700_000_000_000;

/** `most`: the holds that one object may have. */
export function conforms(
  name: string,
  open: (wall: Wall) => Promise<Ledger>,
  most: number = mostHolds,
): void {
  async function opened(...entries: LedgerEntry[]): Promise<{ ledger: Ledger; wall: Wall }> {
    const wall = { now: start };
    const ledger = await open(wall);
    for (const entry of entries) expect(await ledger.record([entry])).toEqual({ ok: true });
    return { ledger, wall };
  }

  const movementsOf = (ledger: Ledger, parameter = 'replicas') =>
    ledger
      .readHistory(web, parameter)
      ?.movements.map(({ at, from, to, actor }) => [at - start, from, to, actor]);
  const keysOf = (ledger: Ledger): string[] => ledger.readHolds(web).map(({ key }) => key);

  describe(`${name}: holds`, () => {
    it('are there before they are durable, and once they are', async () => {
      const { ledger } = await opened();
      const recorded = ledger.record([hold('a', start)]);
      expect(keysOf(ledger)).toEqual(['a']);
      expect(await recorded).toEqual({ ok: true });
      expect(keysOf(ledger)).toEqual(['a']);
      expect(ledger.readHolds(api)).toEqual([]);
      await ledger.close();
    });

    it('move nothing until they land', async () => {
      const { ledger } = await opened(seen('6', start, '3'), hold('a', start + 1));
      expect(ledger.readHistory(web, 'replicas')).toEqual({
        movements: [],
        proposals: [],
        last: { at: start, value: 3n },
      });
      await ledger.close();
    });

    it.each([
      ['when they are seen', 5, 5],
      ['never before they were admitted', -5, 1],
    ])('land %s', async (_, seenAt, landedAt) => {
      const { ledger } = await opened(
        hold('a', start + 1),
        outcome('a', start + seenAt, 'committed', { resourceVersion: '8' }),
      );
      expect(movementsOf(ledger)).toEqual([[landedAt, 3n, 5n, 'tuner']]);
      expect(ledger.readHistory(web, 'replicas')?.last).toEqual({ at: start + landedAt, value: 5n });
      expect(keysOf(ledger)).toEqual([]);
      await ledger.close();
    });

    it.each(['void', 'expired'] as const)('that are %s move nothing', async (what) => {
      const { ledger } = await opened(hold('a', start), outcome('a', start + 5, what));
      expect([movementsOf(ledger), keysOf(ledger)]).toEqual([[], []]);
      await ledger.close();
    });

    it('are alternatives where they have one base version', async () => {
      const other = hold('b', start, { moves: [move('3', '4')] });
      const next = hold('c', start, { base: '8' });
      const { ledger } = await opened(hold('a', start), other, next, outcome('b', start + 1, 'committed'));
      expect(keysOf(ledger)).toEqual(['c']);
      expect(movementsOf(ledger)).toEqual([[1, 3n, 4n, 'tuner']]);
      await ledger.close();
    });

    it('are one where they are repeated, and as young as the last repeat', async () => {
      const { ledger, wall } = await opened(hold('a', start), hold('a', start + 60_000));
      expect(ledger.readHolds(web).map(({ at, renewedAt }) => [at - start, renewedAt - start])).toEqual([
        [0, 60_000],
      ]);
      wall.now = start + 149_999;
      expect(ledger.readOverdueHolds()).toEqual([]);
      wall.now = start + 150_000;
      expect(ledger.readOverdueHolds().map(({ key }) => key)).toEqual(['a']);
      await ledger.close();
    });

    it.each([
      ['expired', ['a']],
      ['void', ['a']],
      ['committed', []],
    ] as const)('that were %s and are admitted again: %j may land', async (what, expected) => {
      const { ledger } = await opened(hold('a', start), outcome('a', start, what), hold('a', start + 1));
      expect(keysOf(ledger)).toEqual(expected);
      await ledger.close();
    });

    it('are refused where an object is flooded with them', async () => {
      const { ledger } = await opened();
      const many = Array.from({ length: most }, (_, at) => hold(`h${at}`, start));
      expect(await ledger.record(many)).toEqual({ ok: true });
      expect(await ledger.record([hold('more', start)])).toMatchObject({ ok: false });
      expect(await ledger.record([hold('other', start, { object: api })])).toEqual({ ok: true });
      expect(await ledger.record([outcome('h0', start, 'void')])).toEqual({ ok: true });
      expect(await ledger.record([hold('more', start)])).toEqual({ ok: true });
      await ledger.close();
    });
  });

  describe(`${name}: outcomes`, () => {
    it.each([
      ['once', ['committed', 'committed'], 1],
      ['also after a guess', ['expired', 'committed'], 1],
      ['also after another', ['void', 'expired', 'committed'], 1],
      ['and not taken back', ['committed', 'void', 'expired', 'committed'], 1],
    ] as const)('count %s', async (_, outcomes, movements) => {
      const entries = outcomes.map((what, at) => outcome('a', start + at, what));
      const { ledger } = await opened(hold('a', start), ...entries);
      expect(movementsOf(ledger)).toHaveLength(movements);
      await ledger.close();
    });

    it('of holds that nobody knows change nothing', async () => {
      const { ledger } = await opened(outcome('a', start, 'committed'));
      expect([movementsOf(ledger), keysOf(ledger)]).toEqual([[], []]);
      await ledger.close();
    });

    it('that are only appended count at once', async () => {
      const { ledger } = await opened(hold('a', start));
      ledger.append(outcome('a', start + 1, 'committed'));
      expect(movementsOf(ledger)).toEqual([[1, 3n, 5n, 'tuner']]);
      expect(keysOf(ledger)).toEqual([]);
      await ledger.close();
    });
  });

  describe(`${name}: bypasses`, () => {
    it('are charged, once for a version', async () => {
      const { ledger } = await opened(bypass('9', start), bypass('9', start + 1), bypass('10', start + 2));
      expect(movementsOf(ledger)).toEqual([
        [0, 5n, 9n, ''],
        [2, 5n, 9n, ''],
      ]);
      await ledger.close();
    });

    it('are not charged again as a commit of the same version, nor the other way', async () => {
      const committed = outcome('a', start + 1, 'committed', { resourceVersion: '9' });
      const { ledger } = await opened(hold('a', start), bypass('9', start), committed);
      expect(movementsOf(ledger)).toEqual([[0, 5n, 9n, '']]);
      const { ledger: other } = await opened(hold('a', start), committed, bypass('9', start + 2));
      expect(movementsOf(other)).toEqual([[1, 3n, 5n, 'tuner']]);
      await Promise.all([ledger.close(), other.close()]);
    });

    it('keep the order in which they came, also where clocks do not', async () => {
      const { ledger } = await opened(bypass('9', start + 5), bypass('10', start));
      expect(movementsOf(ledger)?.map(([at]) => at)).toEqual([5, 5]);
      await ledger.close();
    });
  });

  describe(`${name}: values`, () => {
    it('outlive their object', async () => {
      const { ledger } = await opened(
        seen('6', start, '3'),
        hold('a', start + 1),
        outcome('a', start + 2, 'committed'),
        seen('', start + 3, null),
      );
      expect(ledger.readHistory(web, 'replicas')?.last).toEqual({ at: start + 2, value: 5n });
      expect(movementsOf(ledger)).toHaveLength(1);
      expect(ledger.readValues(web).get('replicas')).toEqual({ type: 'integer', at: start + 2, value: 5n });
      await ledger.close();
    });

    it('that are absent are known to be', async () => {
      const { ledger } = await opened(seen('6', start, null));
      expect(ledger.readHistory(web, 'replicas')?.last).toEqual({ at: start, value: undefined });
      await ledger.close();
    });

    it('of a choice are its text', async () => {
      const image = move(null, 'nginx:2', 'image', 'choice');
      const { ledger } = await opened(bypass('9', start, { moves: [image] }));
      expect(movementsOf(ledger, 'image')).toEqual([[0, '(none)', 'nginx:2', '']]);
      await ledger.close();
    });

    it('are forgotten with an object that is gone for longer than any window, not before', async () => {
      const { ledger } = await opened(
        seen('6', start, '3'),
        seen('', start + 1, '3'),
        seen('1', start + keptMilliseconds, '1', api),
      );
      expect(ledger.readHistory(web, 'replicas')?.last).toEqual({ at: start + 1, value: 3n });
      await ledger.record([proposal(start + 1 + keptMilliseconds, '1', api)]);
      expect(ledger.readHistory(web, 'replicas')).toEqual({ movements: [], proposals: [] });
      expect(ledger.readHistory(api, 'replicas')?.last?.value).toBe(1n);
      await ledger.close();
    });
  });

  describe(`${name}: history`, () => {
    it('of nothing is empty', async () => {
      const { ledger } = await opened();
      expect(ledger.readHistory(web, 'replicas')).toEqual({ movements: [], proposals: [] });
      await ledger.close();
    });

    it('has the proposals', async () => {
      const { ledger } = await opened(proposal(start, '8'), proposal(start + 1, null));
      expect(ledger.readHistory(web, 'replicas')?.proposals).toEqual([
        { at: start, requested: 8n, actor: 'tuner' },
        { at: start + 1, requested: undefined, actor: 'tuner' },
      ]);
      await ledger.close();
    });

    it('stays what it was when it was read', async () => {
      const { ledger } = await opened(bypass('9', start), proposal(start, '4'));
      const read = ledger.readHistory(web, 'replicas');
      const before = structuredClone(read);
      await ledger.record([bypass('10', start + 1), proposal(start + 1, '5')]);
      expect(read).toEqual(before);
      await ledger.close();
    });

    it('is bounded, and counts what it does not keep', async () => {
      const { ledger } = await opened();
      const values = Array.from({ length: 1201 }, (_, at) => `${(at * 7919) % 101}`);
      const entries = values
        .slice(1)
        .map((to, at) => bypass(`v${at}`, start + at, { moves: [move(values[at] ?? '', to)] }));
      await ledger.record(entries);
      const history = ledger.readHistory(web, 'replicas') ?? { movements: [], proposals: [] };
      const all = { movements: exact(values), proposals: [] };
      expect(history.movements.length).toBeLessThan(600);
      expect(history.forgotten?.until).toBeLessThanOrEqual(history.movements[0]?.at ?? 0);
      expect(sumOf(chargesOf(history))).toEqual(sumOf(chargesOf(all)));
      expect(sumOf(reversalsOf(history))).toEqual(sumOf(reversalsOf(all)));
      await ledger.close();
    });
  });

  function exact(values: readonly string[]) {
    return values.slice(1).map((to, at) => {
      return { at: start + at, from: BigInt(values[at] ?? ''), to: BigInt(to), actor: '' };
    });
  }

  describe(`${name}: the ledger`, () => {
    it('has a clock that never runs backwards, nor behind an entry', async () => {
      const { ledger, wall } = await opened();
      expect(ledger.now()).toBe(start);
      wall.now = start - 3_600_000;
      expect(ledger.now()).toBe(start);
      await ledger.record([bypass('9', start + 50)]);
      expect(ledger.now()).toBe(start + 50);
      wall.now = start + 60;
      expect(ledger.now()).toBe(start + 60);
      await ledger.close();
    });

    it('is writable, and refuses what comes after its end', async () => {
      const { ledger } = await opened();
      expect(ledger.readHealth()).toEqual({ status: 'writable' });
      await ledger.close();
      expect(await ledger.record([hold('a', start)])).toEqual({ ok: false, problem: 'the ledger is closed' });
      ledger.append(bypass('9', start));
      expect([movementsOf(ledger), keysOf(ledger)]).toEqual([[], []]);
      await ledger.close();
    });

    it('keeps records it does not know to itself', async () => {
      const { ledger } = await opened();
      const decision = { kind: 'Decision', object: web, at: start };
      ledger.append(decision);
      expect(ledger.readHistory(web, 'replicas')).toEqual({ movements: [], proposals: [] });
      await ledger.close();
    });
  });
}
