/**
 * What lands satisfies every bound, whatever is asked: any proposals by any actors, several on one version of the
 * object, granted ones that land late or never, retries, dry runs, objects deleted and made anew, a clock that stands.
 * The checks look at what landed alone, and share no code with the rules.
 */
import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { decide, isGranted } from '../../src/core/decide.ts';
import type { Guard, Rule } from '../../src/core/guard.ts';
import type { History, Movement, Proposal } from '../../src/core/history.ts';
import type { Parameter } from '../../src/core/parameter.ts';
import { cooldown } from '../../src/core/rules/cooldown.ts';
import { deadband } from '../../src/core/rules/deadband.ts';
import { persistence } from '../../src/core/rules/persistence.ts';
import { range } from '../../src/core/rules/range.ts';
import { rate } from '../../src/core/rules/rate.ts';
import { reversal } from '../../src/core/rules/reversal.ts';
import { step } from '../../src/core/rules/step.ts';
import {
  actors,
  cooldownSpec,
  duration,
  persistenceSpec,
  rateSpec,
  reversalSpec,
} from './arbitrary-history.ts';
import { check } from './scenario.ts';

vi.setConfig({ testTimeout: 60_000 });

const lowest = 0n;
const highest = 40n;

const bounds = fc.record({
  rate: rateSpec,
  cooldown: cooldownSpec,
  reversal: reversalSpec,
  persistence: persistenceSpec,
  up: fc.bigInt(1n, 15n),
  down: fc.bigInt(1n, 15n),
  band: fc.bigInt(2n, 4n),
});
type Bounds = typeof bounds extends fc.Arbitrary<infer T> ? T : never;
type BoundName = 'rate' | 'cooldown' | 'reversal' | 'persistence' | 'step' | 'deadband';
const boundNames: readonly BoundName[] = ['rate', 'cooldown', 'reversal', 'persistence', 'step', 'deadband'];

const policy = fc.record({
  bounds,
  names: fc.subarray([...boundNames], { minLength: 1 }),
  response: fc.constantFrom('clamp', 'clamp', 'throttle'),
});

const proposal = fc.record({
  /** Mostly to and fro between far values, as what is bounded would have it. */
  requested: fc.oneof(
    { weight: 2, arbitrary: fc.bigInt(-5n, 45n) },
    { weight: 3, arbitrary: fc.constantFrom(-5n, 5n, 20n, 35n, 45n) },
  ),
  actor: fc.constantFrom(...actors),
  dryRun: fc.constantFrom(false, false, false, true),
});

const moment = fc.record({
  wait: fc.oneof(fc.constant(0), fc.constant(1), duration),
  /** On one version of the object: at most one of them lands. */
  proposals: fc.oneof(
    { weight: 3, arbitrary: fc.tuple(proposal) },
    { weight: 1, arbitrary: fc.array(proposal, { minLength: 2, maxLength: 3 }) },
  ),
  /** Which of those that are granted lands; none: all were lost. */
  winner: fc.option(fc.nat(2), { nil: undefined, freq: 4 }),
  delay: fc.constantFrom(0, 0, 0, 1, 700),
  /** Deleted before: what is asked then makes it anew. */
  isDeleted: fc.constantFrom(false, false, false, false, true),
  /** The same again, as a client that was told to wait. */
  repeats: fc.constantFrom(1, 1, 2, 3, 5),
});
type Moment = typeof moment extends fc.Arbitrary<infer T> ? T : never;

const story = fc.record({
  policy,
  start: fc.bigInt(lowest, highest),
  moments: fc.array(moment, { minLength: 5, maxLength: 25 }),
});

interface Landed extends Movement {
  readonly from: bigint;
  readonly to: bigint;
  readonly decidedAt: number;
  /** What had been proposed by then, the deciding one last. */
  readonly proposals: readonly Proposal[];
}

interface World {
  now: number;
  value: bigint;
  exists: boolean;
  landed: readonly Landed[];
  proposals: readonly Proposal[];
}

function rulesOf({
  bounds,
  names,
}: {
  readonly bounds: Bounds;
  readonly names: readonly BoundName[];
}): Rule[] {
  const absolute = (units: bigint) => ({ kind: 'absolute', units }) as const;
  const rules: Readonly<Record<BoundName, Rule>> = {
    rate: rate(bounds.rate),
    cooldown: cooldown(bounds.cooldown),
    reversal: reversal(bounds.reversal),
    persistence: persistence(bounds.persistence),
    step: step({ increase: absolute(bounds.up), decrease: absolute(bounds.down) }),
    deadband: deadband(absolute(bounds.band)),
  };
  return [range({ min: lowest, max: highest }), ...names.map((name) => rules[name])];
}

function play({
  policy,
  start,
  moments,
}: typeof story extends fc.Arbitrary<infer T> ? T : never): readonly Landed[] {
  const world: World = { now: 1_000_000, value: start, exists: true, landed: [], proposals: [] };
  const guard: Guard = {
    policy: 'p',
    position: 'guards[0]',
    mode: 'Enforce',
    response: policy.response,
    failurePolicy: 'Fail',
    parameters: ['n'],
    rules: rulesOf(policy),
    relations: [],
  };
  for (const one of moments) for (let turn = 0; turn < one.repeats; turn += 1) playMoment(world, guard, one);
  return world.landed;
}

function playMoment(world: World, guard: Guard, { wait, proposals, winner, delay, isDeleted }: Moment): void {
  world.now += wait;
  if (isDeleted) world.exists = false;
  const version = world.landed;
  const granted = proposals.flatMap((asked) => {
    const value = ask(world, guard, { asked, version });
    if (!asked.dryRun) world.proposals = [...world.proposals, proposalOf(world, asked)];
    return value === undefined || asked.dryRun ? [] : [{ value, asked, proposals: world.proposals }];
  });
  const decidedAt = world.now;
  const lucky = winner === undefined ? undefined : granted[winner % Math.max(granted.length, 1)];
  world.now += delay;
  if (lucky === undefined) return;
  world.exists = true;
  if (lucky.value === world.value) return;
  const { value: to, asked, proposals: known } = lucky;
  const movement = { at: world.now, from: world.value, to, actor: asked.actor, decidedAt, proposals: known };
  world.landed = [...world.landed, movement];
  world.value = to;
}

type Asked = Moment['proposals'][number];

function proposalOf({ now }: World, { requested, actor }: Asked): Proposal {
  return { at: now, requested, actor };
}

/** What is granted, through the whole decision; undefined where the request is refused. */
function ask(world: World, guard: Guard, { asked, version }: { asked: Asked; version: readonly Landed[] }) {
  const { now, value, exists } = world;
  const parameter: Parameter = {
    name: 'n',
    type: 'integer',
    path: '/n',
    notation: 'number',
    quantum: 1n,
    capacity: 'more',
    integration: 'restrictive',
    ...(exists ? { current: value } : {}),
    requested: asked.requested,
  };
  const history: History = { movements: version, proposals: world.proposals, last: { at: now, value } };
  const change = {
    target: { group: '', kind: 'K', namespace: 'n', name: 'o', subresource: '' },
    actor: { user: asked.actor, groups: [] },
    operation: exists ? 'UPDATE' : 'CREATE',
    dryRun: asked.dryRun,
    parameters: [parameter],
  } as const;
  const facts = { now, change, object: {}, oldObject: {}, labels: new Map(), readHistory: () => history };
  const decision = decide([guard], [], facts);
  expect(decision.errors).toEqual([]);
  if (!isGranted(decision)) return undefined;
  const granted = decision.verdicts[0]?.granted ?? value;
  if (typeof granted !== 'bigint') throw new Error('a number expected');
  return granted;
}

function size({ from, to }: Landed): bigint {
  return to > from ? to - from : from - to;
}

function isUp({ from, to }: Landed): boolean {
  return to > from;
}

type Story = typeof story extends fc.Arbitrary<infer T> ? T : never;

/** Plays stories whose policy has the bound, and checks each movement with all that landed up to it. */
function checkLanded(
  name: BoundName,
  property: (upTo: readonly Landed[], last: Landed, bounds: Bounds) => void,
): void {
  const bounded = story.map((one): Story => {
    const names = one.policy.names.includes(name) ? one.policy.names : [...one.policy.names, name];
    return { ...one, policy: { ...one.policy, names } };
  });
  let seen = 0;
  check(
    bounded,
    (one) => {
      const landed = play(one);
      for (const [index, last] of landed.entries()) {
        seen += 1;
        property(landed.slice(0, index + 1), last, one.policy.bounds);
      }
    },
    600,
  );
  // Not vacuous: what is asked does land.
  expect(seen).toBeGreaterThan(300);
}

/** Every window is no fuller than the one that ends with the last movement in it. */
function inWindow(upTo: readonly Landed[], within: number): readonly Landed[] {
  const end = upTo.at(-1)?.at ?? 0;
  return upTo.filter(({ at }) => at > end - within);
}

it('rate: the sum and the number of movements in every window', () => {
  checkLanded('rate', (upTo, last, { rate: { change, changes, within, by } }) => {
    const counted = inWindow(upTo, within).filter(({ actor }) => by !== 'actor' || actor === last.actor);
    if (change !== undefined) expect(counted.reduce((sum, one) => sum + size(one), 0n) <= change).toBe(true);
    if (changes !== undefined) expect(counted.length).toBeLessThanOrEqual(changes);
  });
});

it('cooldown: the rest before every movement', () => {
  checkLanded('cooldown', (upTo, last, { cooldown: { increase = 0, decrease = 0 } }) => {
    const before = upTo.at(-2);
    if (before !== undefined)
      expect(last.at - before.at).toBeGreaterThanOrEqual(isUp(last) ? increase : decrease);
  });
});

it('reversal: the turns in every window', () => {
  checkLanded('reversal', (upTo, _, { reversal: { max, within } }) => {
    const turns = upTo.filter((one, index) => index > 0 && isUp(one) !== isUp(upTo[index - 1] ?? one));
    const recent = new Set(inWindow(upTo, within));
    expect(turns.filter((one) => recent.has(one)).length).toBeLessThanOrEqual(max);
  });
});

it('persistence: every movement was proposed so often, or for so long, and each time as far', () => {
  checkLanded('persistence', (_, last, { persistence: spec }) => {
    const far = ({ requested }: Proposal): boolean =>
      typeof requested === 'bigint' && (isUp(last) ? requested >= last.to : requested <= last.to);
    const log = [...last.proposals];
    const times: number[] = [];
    const gap = Math.max(spec.for ?? 0, 10 * spec.spacing);
    const continues = (one: Proposal): boolean => far(one) && (times[0] ?? one.at) - one.at <= gap;
    for (let one = log.pop(); one !== undefined && continues(one); one = log.pop()) times.unshift(one.at);
    if (spec.for === undefined) {
      const spaced: number[] = [];
      for (const at of times) if (at >= (spaced.at(-1) ?? at - spec.spacing) + spec.spacing) spaced.push(at);
      expect(spaced.length).toBeGreaterThanOrEqual(spec.requests);
    } else expect(last.decidedAt - (times[0] ?? last.decidedAt)).toBeGreaterThanOrEqual(spec.for);
  });
});

it('step: the size of every movement, also from one life of the object to the next', () => {
  checkLanded('step', (_, last, { up, down }) => {
    expect(size(last) <= (isUp(last) ? up : down)).toBe(true);
  });
});

it('deadband: the size of every movement, too', () => {
  checkLanded('deadband', (_, last, { band }) => expect(size(last) >= band).toBe(true));
});

it('range: every value', () => {
  checkLanded('rate', (_, { to }) => expect(to >= lowest && to <= highest).toBe(true));
});
