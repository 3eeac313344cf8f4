/** What /mutate grants, /validate admits: for arbitrary objects and policies, by a patch that another library applies. */
import fc from 'fast-check';
import { jsonpatch } from 'json-p3';
import { expect, it } from 'vitest';
import { findKind } from '../../../src/catalogue/catalogue.ts';
import { nowhere } from '../../../src/catalogue/read-change.ts';
import { consider } from '../../../src/consider.ts';
import type { Value } from '../../../src/core/parameter.ts';
import type { Verdict } from '../../../src/core/verdict.ts';
import { applyPatch, isApplicable, type PatchOperation, writePatch } from '../../../src/webhook/patch.ts';
import type { ReviewRequest } from '../../../src/webhook/review.ts';
import { guards, request } from './arbitrary-review.ts';
import { admitNow, portsOf } from './ports.ts';

const runs = Number(process.env['FLYBALL_PROPERTY_RUNS'] ?? 2_000);

function applyByLibrary(patch: string, object: unknown): unknown {
  const operations = JSON.parse(Buffer.from(patch, 'base64').toString()) as PatchOperation[];
  return jsonpatch.apply(operations as never, structuredClone(object) as never);
}

function valuesOf(review: ReviewRequest, object: unknown): Map<string, Value | undefined> {
  const read = findKind({ ...review.resource, subresource: review.subresource })?.read(
    object,
    review.subresource,
  );
  if (read === undefined || !read.ok) throw new Error(read?.error ?? 'no kind');
  return new Map(read.readings.map(({ name, value }) => [name, value]));
}

/** Existence is no field of the object. */
function hasPlace({ parameter }: Verdict): boolean {
  return parameter.path !== nowhere;
}

/** A number and a percentage can be two knobs at one place. */
function hasOwnPlace({ parameter }: Verdict, _index: number, all: readonly Verdict[]): boolean {
  return all.filter((other) => other.parameter.path === parameter.path).length === 1;
}

/** Where a region holds no point of the grid, as between 1 s and 2 s, no patch can write what is granted. */
function isWritable(verdict: Verdict, index: number, all: readonly Verdict[]): boolean {
  const { granted, parameter } = verdict;
  const isOnGrid = typeof granted !== 'bigint' || granted % parameter.quantum === 0n;
  return isOnGrid && (!hasPlace(verdict) || hasOwnPlace(verdict, index, all));
}

it('grants by a patch what /validate admits, to the value', () => {
  let patched = 0;
  fc.assert(
    fc.property(request, guards, (review, policies) => {
      const { ports, heard } = portsOf(policies, { readNow: () => 1_000 });
      const mutated = admitNow('mutate', review, ports);
      expect(mutated.allowed).toBe(true);
      const considered = consider(review, ports);
      if (typeof considered === 'string') throw new Error(considered);
      const { decision } = considered;
      if (mutated.patch === undefined) {
        expect(admitNow('validate', review, ports).allowed).toBe(decision.outcome === 'admit');
        const wanted = writePatch(decision.verdicts, review.object);
        const isPatchable = isApplicable(wanted, review.object) && decision.verdicts.every(isWritable);
        if (decision.outcome === 'clamp') expect(isPatchable).toBe(false);
        return;
      }
      patched += 1;
      const object = applyByLibrary(mutated.patch, review.object);
      const operations = JSON.parse(Buffer.from(mutated.patch, 'base64').toString()) as PatchOperation[];
      expect(applyPatch(operations, review.object)).toEqual(object);
      expect(admitNow('validate', { ...review, uid: 'v', object }, ports)).toMatchObject({ allowed: true });
      const stored = valuesOf(review, object);
      for (const { parameter, granted } of decision.verdicts.filter(hasPlace).filter(hasOwnPlace))
        expect(stored.get(parameter.name) ?? '(none)').toEqual(granted ?? '(none)');
      // A standing proposal is recorded at once: nothing of it is left to come back by /validate.
      const isStanding = decision.verdicts.every(({ parameter, granted }) => granted === parameter.current);
      expect(heard.records.map(({ seen }) => seen)).toEqual([isStanding ? 'mutate' : 'mutate+validate']);
      expect(admitNow('mutate', { ...review, object }, ports).patch).toBeUndefined();
    }),
    { numRuns: runs },
  );
  // Else the property says nothing.
  expect(patched).toBeGreaterThan(runs / 20);
}, 120_000);

it('tests what it replaces: a patch that replaces fails on another object', () => {
  fc.assert(
    fc.property(request, request, guards, (review, other, policies) => {
      const { ports } = portsOf(policies, { readNow: () => 1_000 });
      const { patch } = admitNow('mutate', review, ports);
      fc.pre(patch !== undefined);
      const operations = JSON.parse(Buffer.from(patch ?? '', 'base64').toString()) as PatchOperation[];
      const tests = operations.filter(({ op }) => op === 'test');
      const writes = operations.filter(({ op }) => op === 'replace' || op === 'remove');
      expect(tests.map(({ path }) => path)).toEqual(writes.map(({ path }) => path));
      const holds = tests.every((test) => {
        try {
          jsonpatch.apply([test] as never, structuredClone(other.object) as never);
          return true;
        } catch {
          return false;
        }
      });
      if (!holds) expect(() => applyByLibrary(patch ?? '', other.object)).toThrow();
    }),
    { numRuns: runs / 10 },
  );
}, 120_000);
