/**
 * What objects hold of the sums that budgets bound: their stored values, by the watch and by what requests show, and
 * whatever was admitted on them and may yet land. Kept by kind, then namespace, so that a sum reads its own objects only.
 */
import { isSummable, summedKind } from '../catalogue/summable.ts';
import type { Facts, Member } from '../core/facts.ts';
import type { ObjectKey } from './entry.ts';
import { objectKeyOf } from './hold.ts';
import type { Ledger } from './ledger.ts';
import { isOlder, type Stored } from './settle.ts';
import { holdMilliseconds } from './state.ts';
import type { Tracker } from './tracker.ts';

export interface Members {
  /** The same tracker; what it is told is remembered here, too. */
  follow(tracker: Tracker): Tracker;
  readonly readMembers: NonNullable<Facts['readMembers']>;
}

export interface FollowedKind {
  readonly group: string;
  readonly kind: string;
}

interface Holding {
  readonly object: ObjectKey;
  readonly name: string;
  version: string;
  values: Map<string, bigint>;
  /** Told by the watch. What only a request told may have been deleted meanwhile. */
  isConfirmed: boolean;
  toldAt: number;
}

/** By `group/kind`, namespace, name. */
type Book = Map<string, Map<string, Map<string, Holding>>>;

/** `isCurrent`: whether all writes of a kind are being told; where they are not, no sum is known. */
export function createMembers(ledger: Ledger, isCurrent: (kind: FollowedKind) => boolean): Members {
  const book: Book = new Map();
  for (const object of ledger.readHeldObjects?.() ?? []) openHolding(book, object, ledger.now());
  return {
    follow: (tracker) => ({
      ...tracker,
      observe: (stored) => {
        keep(book, stored, ledger.now());
        tracker.observe(stored);
      },
      observeDeletion: (object) => {
        forget(book, object, ledger.now());
        tracker.observeDeletion(object);
      },
      hold: (admitted) => {
        const held = tracker.hold(admitted);
        if (held !== undefined) openHolding(book, objectKeyOf(admitted.decision.change.target), ledger.now());
        return held;
      },
    }),
    readMembers: ({ parameter, isCounted }) => {
      const kind = summedKind(parameter);
      if (kind === undefined || !isCurrent(kind)) return undefined;
      const places = book.get(`${kind.group}/${kind.kind}`) ?? new Map<string, Map<string, Holding>>();
      return [...places].flatMap(([namespace, holdings]) =>
        isCounted(namespace) ? membersIn(holdings, { namespace, parameter, ledger }) : [],
      );
    },
  };
}

function openHolding(book: Book, object: ObjectKey, now: number): Holding {
  const [group, kind, namespace = '', name = ''] = object.split('/');
  const places = book.get(`${group}/${kind}`) ?? new Map<string, Map<string, Holding>>();
  book.set(`${group}/${kind}`, places);
  const holdings = places.get(namespace) ?? new Map<string, Holding>();
  places.set(namespace, holdings);
  const known = holdings.get(name);
  if (known !== undefined) return known;
  const opened = { object, name, version: '', values: new Map(), isConfirmed: false, toldAt: now };
  holdings.set(name, opened);
  return opened;
}

/** The watch tells whole objects; a request shows what its door does, on the version it was admitted on. */
function keep(book: Book, { object, resourceVersion, values, isWhole = false }: Stored, now: number): void {
  const counted = [...values].flatMap(([name, value]): [string, bigint][] =>
    typeof value === 'bigint' && isSummable(name) ? [[name, value]] : [],
  );
  if (resourceVersion === '' || (counted.length === 0 && !isWhole)) return;
  const holding = openHolding(book, object, now);
  if (holding.version !== '' && isOlder(resourceVersion, holding.version)) {
    holding.isConfirmed ||= isWhole;
    return;
  }
  holding.values = new Map([...(isWhole ? [] : holding.values), ...counted]);
  holding.version = resourceVersion;
  holding.isConfirmed ||= isWhole;
  holding.toldAt = now;
}

/** What was admitted on it may still make it anew: it goes when nothing is outstanding. */
function forget(book: Book, object: ObjectKey, now: number): void {
  const holding = openHolding(book, object, now);
  holding.values = new Map();
  holding.version = '';
  holding.isConfirmed = false;
  holding.toldAt = now;
}

interface Reading {
  readonly namespace: string;
  readonly parameter: string;
  readonly ledger: Ledger;
}

function membersIn(holdings: Map<string, Holding>, { namespace, parameter, ledger }: Reading): Member[] {
  const members: Member[] = [];
  for (const [name, holding] of holdings) {
    const held = ledger.readHolds(holding.object);
    const isGone = !holding.isConfirmed && held.length === 0;
    if (isGone && holding.toldAt + holdMilliseconds <= ledger.now()) {
      holdings.delete(name);
      continue;
    }
    const moves = held.flatMap((hold) => hold.moves.filter((move) => move.parameter === parameter));
    const amounts = moves.flatMap(({ to }) => (to === null ? [] : [BigInt(to)]));
    const value = [holding.values.get(parameter) ?? 0n, ...amounts].reduce((a, b) => (a > b ? a : b));
    if (value > 0n) members.push({ namespace, name, value });
  }
  return members;
}
