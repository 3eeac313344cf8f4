import { describe, expect, it } from 'vitest';
import { compose } from '../../../src/core/compose.ts';
import { explainVerdict } from '../../../src/core/explain.ts';
import { joinRelations } from '../../../src/core/join.ts';
import type { Response } from '../../../src/core/limit.ts';
import { isChanged, type Parameter } from '../../../src/core/parameter.ts';
import { project } from '../../../src/core/project.ts';
import { contains } from '../../../src/core/region.ts';
import type { BoundRelation } from '../../../src/core/relation.ts';
import { outcomeOf, type Verdict } from '../../../src/core/verdict.ts';
import { asked, boundOf, limitOf, showRegion } from './sample.ts';

/** Each line: name, change, and a range of its own if it has one. */
function joined(
  lines: readonly string[],
  relations: readonly BoundRelation[],
  type?: 'choice',
): readonly Verdict[] {
  const rows = lines.map((line) => {
    const [, name = '', change = '', range] = /^(\w+) (\S+ -> \S+)(?: in (.+))?$/.exec(line) ?? [];
    return { parameter: asked(change, { name, ...(type === undefined ? {} : { type }) }), range };
  });
  const parameters = rows.map(({ parameter }) => parameter);
  const changed = rows.filter(({ parameter }) => isChanged(parameter));
  return joinRelations(
    changed.map(({ parameter, range }) => separate(parameter, range)),
    parameters,
    relations,
  );
}

function separate(parameter: Parameter, range: string | undefined): Verdict {
  const limits = range === undefined ? [] : [limitOf(`${parameter.name}/range`, range)];
  const { region, yielded } = compose(limits, parameter);
  const granted = project(region, parameter);
  const determining = contains(region, parameter.requested) ? [] : limits;
  const outcome = outcomeOf(determining, granted);
  return { parameter, region, granted, limits, determining, outcome, advisory: [], conflict: [], yielded };
}

function summary(verdicts: readonly Verdict[]): string {
  return verdicts
    .map(({ parameter, granted, outcome }) => `${parameter.name}=${granted ?? 'nothing'} ${outcome}`)
    .join(', ');
}

const enforced = (text: string, response: Response = 'clamp'): BoundRelation => boundOf(text, { response });
const coupling = (text: string): BoundRelation => boundOf(text, { isCoupling: true });

describe('joinRelations', () => {
  it.each([
    ['leaves alone what is met', ['a 1 -> 2', 'b 3 -> 4'], [enforced('a <= b')], 'a=2 admit, b=4 admit'],
    [
      'a clamp carries its partner along',
      ['a 1 -> 9', 'b 3 -> 9 in ..5'],
      [coupling('a <= b')],
      'a=5 clamp, b=5 clamp',
    ],
    ['what the request leaves alone stays', ['a 1 -> 9', 'b 3 -> 3'], [enforced('a <= b')], 'a=3 clamp'],
    [
      'a policy counts where the request breaks it',
      ['a 1 -> 9', 'b 3 -> 5'],
      [enforced('a <= b')],
      'a=9 admit, b=9 clamp',
    ],
    [
      'a coupling does not: the API server says it better',
      ['a 1 -> 9', 'b 3 -> 5'],
      [coupling('a <= b')],
      'a=9 admit, b=5 admit',
    ],
    [
      'a relation answers as its policy says',
      ['a 1 -> 9', 'b 3 -> 3'],
      [enforced('a <= b', 'throttle')],
      'a=3 throttle',
    ],
    ['no solution is a denial', ['a 1 -> 9 in 8..', 'b 3 -> 3'], [enforced('a <= b')], 'a=nothing deny'],
    [
      'of what is related only',
      ['a 1 -> 9 in 8..', 'b 3 -> 3', 'c 1 -> 2'],
      [enforced('a <= b')],
      'a=nothing deny, c=2 admit',
    ],
    [
      'what was broken before and is not touched blocks nothing',
      ['a 9 -> 9', 'b 3 -> 3', 'c 1 -> 9 in ..5'],
      [enforced('a <= b'), enforced('c <= 4')],
      'c=4 clamp',
    ],
    [
      'an absent number is related to nothing',
      ['a 1 -> -', 'b 3 -> 0'],
      [enforced('a <= b')],
      'a=nothing admit, b=0 admit',
    ],
    [
      'a removal that is refused is related again',
      ['a 5 -> - in 1..9', 'b 7 -> 3'],
      [enforced('a <= b')],
      'a=5 clamp, b=5 clamp',
    ],
    [
      'a long chain moves all of it',
      ['a 1 -> 9', 'b 1 -> 9', 'c 1 -> 9 in ..4'],
      [enforced('a <= b'), enforced('b <= c')],
      'a=4 clamp, b=4 clamp, c=4 clamp',
    ],
    [
      'other relations keep what they have',
      ['a 1 -> 9', 'b 3 -> 3', 'c 1 -> 2', 'd 1 -> 5'],
      [enforced('a <= b'), enforced('c <= d')],
      'a=3 clamp, c=2 admit, d=5 admit',
    ],
  ])('%s', (_, lines, relations, expected) => {
    expect(summary(joined(lines, relations))).toBe(expected);
  });

  it('does not relate choices', () => {
    const verdicts = joined(
      ['a x -> y in {x, y}', 'b x -> x'],
      [enforced('a <= b'), enforced('9 <= 3 ')],
      'choice',
    );
    expect(summary(verdicts)).toBe('a=y admit');
  });

  it('explains with the values of the other side, sorted among the other limits', () => {
    const [a, b] = joined(['a 1 -> 9', 'b 3 -> 9 in ..5'], [coupling('a <= b')]);
    if (a === undefined || b === undefined) throw new Error('two verdicts expected');
    expect(explainVerdict(a)).toBe(
      'a: 1 now, 9 asked, 5 granted (clamp): relation of p: a <= b, with a 5, b 5',
    );
    expect(showRegion(a.region, true)).toBe('..5 (p/a <= b)');
    expect(b.limits.map(({ id }) => id)).toEqual(['b/range', 'p/a <= b']);
    expect(b.determining.map(({ id }) => id)).toEqual(['b/range']);
    expect(showRegion(b.region, true)).toBe('5 (p/a <= b)..5 (b/range)');
  });

  it('explains a denial with the relation that has no solution', () => {
    const [a] = joined(['a 1 -> 9 in 8..', 'b 3 -> 3'], [enforced('a <= b')]);
    expect(a?.determining.map(({ detail }) => detail)).toEqual(['a <= b']);
  });

  it('names the relation that excludes what was asked, also at the end of a chain', () => {
    const chain = [enforced('a <= b'), enforced('b <= c')];
    const [a] = joined(['a 1 -> 9', 'b 1 -> 9', 'c 1 -> 9 in ..4'], chain);
    expect(a?.determining.map(({ id }) => id)).toEqual(['p/a <= b']);
  });

  it.each(['Warn', 'Audit'] as const)('in mode %s a relation only advises', (mode) => {
    const [a, b, c] = joined(['a 1 -> 9', 'b 3 -> 5', 'c 1 -> 2'], [boundOf('a <= b', { mode })]);
    expect([a, b, c].map((verdict) => verdict?.outcome)).toEqual(['admit', 'admit', 'admit']);
    expect([a, b, c].map((verdict) => verdict?.advisory.length)).toEqual([1, 1, 0]);
    expect(a?.advisory[0]?.detail).toBe('a <= b, with a 9, b 5');
  });
});
