/** Small parameters, facts, guards and regions for tables of cases. */
import type { Facts } from '../../../src/core/facts.ts';
import type { Guard } from '../../../src/core/guard.ts';
import { noHistory } from '../../../src/core/history.ts';
import type { AppliedLimit } from '../../../src/core/limit.ts';
import type { Parameter, Value } from '../../../src/core/parameter.ts';
import type { Edge, NumericRegion, Region } from '../../../src/core/region.ts';
import type { BoundRelation, Relation, Term } from '../../../src/core/relation.ts';

/** An integer `n`, as `10 -> 500` says; `-` is an absent value. */
export function asked(change: string, traits: Partial<Parameter> = {}): Parameter {
  const [current, requested] = change.split(' -> ').map((text) => readValue(text, traits.type ?? 'integer'));
  return {
    name: 'n',
    type: 'integer',
    path: '/spec/n',
    notation: 'number',
    quantum: 1n,
    capacity: 'more',
    integration: 'restrictive',
    ...(current === undefined ? {} : { current }),
    ...(requested === undefined ? {} : { requested }),
    ...traits,
  };
}

function readValue(text: string, type: string): Value | undefined {
  if (text === '-') return undefined;
  return type === 'choice' ? text : BigInt(text);
}

/** An UPDATE of `shop/web` by `tuner`, at the epoch. */
export function factsOf(parameters: readonly Parameter[], change: Partial<Facts['change']> = {}): Facts {
  return {
    now: 0,
    change: {
      target: { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web', subresource: '' },
      actor: { user: 'tuner', groups: [] },
      operation: 'UPDATE',
      dryRun: false,
      parameters,
      ...change,
    },
    object: {},
    oldObject: {},
    labels: new Map(),
    readHistory: () => noHistory,
  };
}

export function guardOf(traits: Partial<Guard>): Guard {
  return {
    policy: 'p',
    position: 'guards[0]',
    mode: 'Enforce',
    response: 'clamp',
    failurePolicy: 'Fail',
    parameters: ['*'],
    rules: [],
    relations: [],
    ...traits,
  };
}

/** A limit that admits `admits`, of a policy named like its id. */
export function limitOf(id: string, admits: string, traits: Partial<AppliedLimit> = {}): AppliedLimit {
  return {
    id,
    policy: id,
    mode: 'Enforce',
    response: 'clamp',
    rule: 'range',
    tier: 'hard',
    reason: 'AboveMaximum',
    detail: admits,
    admits: parseRegion(admits),
    ...traits,
  };
}

/** `a + 1 <= 2b`: a factor before, an offset after each name; `<` leaves a gap of 1. */
export function relationOf(text: string): Relation {
  const [left = '', sign, right = ''] = text.split(/ (<=?) /);
  return { left: parseTerm(left), right: parseTerm(right), gap: sign === '<' ? 1n : 0n, text };
}

function parseTerm(text: string): Term {
  const [, factor, parameter, sign = '', offset = '0'] =
    /^(\d*)([a-z][\w.[\]]*)(?: ([+-]) (\d+))?$/.exec(text) ?? [];
  if (parameter === undefined) return { factor: 1n, offset: BigInt(text) };
  return { parameter, factor: BigInt(factor || '1'), offset: BigInt(`${sign}${offset}`) };
}

export function boundOf(text: string, traits: Partial<BoundRelation> = {}): BoundRelation {
  return { ...relationOf(text), id: `p/${text}`, policy: 'p', mode: 'Enforce', response: 'clamp', ...traits };
}

/** `4..15 | 20 | 30..`, `..`, `nothing`, `{a, b}`, `{}`, `{any}`. */
export function parseRegion(text: string): Region {
  if (!text.startsWith('{')) return parseNumbers(text);
  const names = text.slice(1, -1);
  if (names === 'any') return { kind: 'choice', allowed: 'any' };
  return { kind: 'choice', allowed: new Set(names === '' ? [] : names.split(', ')) };
}

export function parseNumbers(text: string): NumericRegion {
  const parts = text === 'nothing' ? [] : text.split(' | ');
  const intervals = parts.map((part) => {
    const [low = '', high = low] = part.split('..');
    return { low: edgeAt(low), high: edgeAt(high) };
  });
  return { kind: 'numeric', intervals };
}

function edgeAt(text: string): Edge {
  return { at: text === '' ? undefined : BigInt(text), by: [] };
}

/** The text that `parseRegion` reads; with provenance, `4 (a)..15 (a+b)`. */
export function showRegion(region: Region, hasProvenance = false): string {
  if (region.kind === 'choice')
    return `{${region.allowed === 'any' ? 'any' : [...region.allowed].join(', ')}}`;
  const edge = ({ at, by }: Edge): string =>
    at === undefined ? '' : hasProvenance ? `${at} (${by.join('+')})` : `${at}`;
  const parts = region.intervals.map(({ low, high }) =>
    !hasProvenance && low.at !== undefined && low.at === high.at ? edge(low) : `${edge(low)}..${edge(high)}`,
  );
  return parts.join(' | ') || 'nothing';
}
