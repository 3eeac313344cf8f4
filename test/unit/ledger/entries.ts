/** Entries for tests, short to write: what a test does not name is the same everywhere. */
import type {
  BypassEntry,
  HoldEntry,
  HoldOutcome,
  Move,
  OutcomeEntry,
  ProposalEntry,
  SeenEntry,
  Text,
} from '../../../src/ledger/entry.ts';

export const web = 'apps/Deployment/shop/web';
export const api = 'apps/Deployment/shop/api';

export function move(from: Text, to: Text, parameter = 'replicas', type = 'integer'): Move {
  return { parameter, type, from, to };
}

export function hold(key: string, at: number, over: Partial<HoldEntry> = {}): HoldEntry {
  const moves = [move('3', '5')];
  return { kind: 'Hold', key, at, object: web, base: '7', actor: 'tuner', decision: 'd', moves, ...over };
}

export function outcome(
  key: string,
  at: number,
  what: HoldOutcome,
  over: Partial<OutcomeEntry> = {},
): OutcomeEntry {
  return { kind: 'Outcome', key, at, object: web, outcome: what, ...over };
}

export function bypass(resourceVersion: string, at: number, over: Partial<BypassEntry> = {}): BypassEntry {
  const moves = [move('5', '9')];
  return { kind: 'Bypass', at, object: web, resourceVersion, actor: '', moves, ...over };
}

export function seen(resourceVersion: string, at: number, value: Text, object = web): SeenEntry {
  return {
    kind: 'Seen',
    at,
    object,
    resourceVersion,
    values: [{ parameter: 'replicas', type: 'integer', value }],
  };
}

export function proposal(at: number, value: Text, object = web): ProposalEntry {
  const requested = [{ parameter: 'replicas', type: 'integer', value }];
  return { kind: 'Proposal', at, object, actor: 'tuner', requested };
}
