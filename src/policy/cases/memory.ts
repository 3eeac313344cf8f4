/** What the requests of a case leave behind: what is stored, and its history, as a cluster and its ledger would have it. */

import { type Decision, isGranted } from '../../core/decide.ts';
import { type History, noHistory } from '../../core/history.ts';
import type { Value } from '../../core/parameter.ts';
import { formatValue } from '../../core/parameter.ts';
import type { Verdict } from '../../core/verdict.ts';
import type { CompiledPolicy } from '../compile.ts';
import type { Path } from '../problem.ts';
import type { CaseSpec, PastSpec } from '../schema.ts';
import { findDefinition, finderOf, readLiteral, type Values } from './names.ts';
import { type Other, readOthers } from './others.ts';
import { unnamed } from './request.ts';
import { durationAt } from './wrong.ts';

export interface Memory {
  /** As a person writes them; undefined where there is no object. */
  readonly stored: Values | undefined;
  readonly histories: ReadonlyMap<string, History>;
  readonly others: readonly Other[];
}

/** `start` in milliseconds since the epoch. */
export function beginMemory(spec: CaseSpec, policies: readonly CompiledPolicy[], start: number): Memory {
  const { given, history = [] } = spec;
  const find = finderOf(policies);
  const histories = new Map<string, History>();
  for (const [index, past] of history.entries()) {
    const path: Path = ['history', index];
    const definition = findDefinition(past.parameter, [...path, 'parameter'], find);
    const read = (field: 'from' | 'to' | 'proposed'): Value | undefined =>
      readLiteral(definition, past[field], [...path, field]);
    const at = start - durationAt(past.ago, [...path, 'ago']);
    const known = histories.get(past.parameter) ?? noHistory;
    histories.set(past.parameter, addPast(known, past, { at, read }));
  }
  for (const [name, literal] of Object.entries(given ?? {})) {
    const value = readLiteral(findDefinition(name, ['given', name], find), literal, ['given', name]);
    histories.set(name, { ...(histories.get(name) ?? noHistory), last: { at: start, value } });
  }
  return { stored: given, histories, others: readOthers(spec, policies) };
}

interface Reading {
  readonly at: number;
  readonly read: (field: 'from' | 'to' | 'proposed') => Value | undefined;
}

function addPast(
  history: History,
  { by: actor = unnamed, proposed }: PastSpec,
  { at, read }: Reading,
): History {
  if (proposed !== undefined) return addProposal(history, { at, requested: read('proposed'), actor });
  const [from, to] = [read('from'), read('to')];
  return { ...history, movements: [...history.movements, { at, from, to, actor }], last: { at, value: to } };
}

function addProposal(history: History, proposal: History['proposals'][number]): History {
  return { ...history, proposals: [...history.proposals, proposal] };
}

/** What is granted is stored, if it lands; what was proposed is known in any case. */
export function remember(memory: Memory, decision: Decision, at: { now: number; lands: boolean }): Memory {
  const lands = at.lands && isGranted(decision);
  const { operation, actor } = decision.change;
  const histories = new Map(memory.histories);
  for (const verdict of decision.verdicts) {
    const { name, requested } = verdict.parameter;
    const known = histories.get(name) ?? noHistory;
    const proposed = addProposal(known, { at: at.now, requested, actor: actor.user });
    histories.set(name, lands ? addMovement(proposed, verdict, { at: at.now, actor: actor.user }) : proposed);
  }
  if (!lands) return { ...memory, histories };
  return {
    ...memory,
    stored: operation === 'DELETE' ? undefined : store(memory.stored, decision),
    histories,
  };
}

/** A value that is stored for the first time moved from nowhere: that is no movement. */
function addMovement(
  history: History,
  { parameter, granted: to }: Verdict,
  by: { readonly at: number; readonly actor: string },
): History {
  const from = parameter.current ?? history.last?.value;
  const last = { at: by.at, value: to };
  const isFirst = parameter.current === undefined && history.last === undefined;
  if (isFirst || from === to) return { ...history, last };
  return { ...history, movements: [...history.movements, { ...by, from, to }], last };
}

function store(stored: Values | undefined, { verdicts }: Decision): Values {
  const values = verdicts
    .filter(({ parameter }) => !parameter.name.endsWith('.exists'))
    .map(({ parameter, granted }) => [parameter.name, formatValue(granted, parameter)] as const);
  return Object.fromEntries([...Object.entries(stored ?? {}), ...values]);
}
