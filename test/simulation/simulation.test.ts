/**
 * History stays true: many seeds of everything that can go wrong between a request and what is stored.
 * `FLYBALL_SEED=123` repeats one; `FLYBALL_SEEDS=20000` tries more.
 */
import { describe, expect, it } from 'vitest';
import { linesIn, recordOf } from '../unit/ledger/file/folder.ts';
import { breachesOf, rangeOfUsage, stepsOf } from './oracle.ts';
import { breaksPersistence } from './persistence.ts';
import { knownSeeds } from './seeds.ts';
import { Simulation } from './simulate.ts';
import { keyOf } from './webhook.ts';

interface Tally {
  landed: number;
  governed: number;
  bypasses: number;
  crashes: number;
}

function check(run: Simulation, tally: Tally): void {
  expect([...run.scheduler.failures, ...run.told.faults]).toEqual([]);
  checkAcknowledged(run);
  for (const name of new Set(run.store.landings.map((landing) => landing.name)))
    checkObject(run, name, tally);
  tally.bypasses += run.told.bypasses.length;
  tally.crashes += run.crashes;
}

/** A hold that was durable before the answer is in the log, whatever came after. */
function checkAcknowledged({ disk, told }: Simulation): void {
  const there = new Set(linesIn(disk.contents()).map((line) => recordOf(line).key));
  expect(told.held.filter((key) => !there.has(key))).toEqual([]);
}

function checkObject(run: Simulation, name: string, tally: Tally): void {
  const landings = run.store.landings.filter((landing) => landing.name === name);
  const steps = stepsOf(landings, ({ resourceVersion }) => run.sight.has(name, resourceVersion));
  expect(breachesOf(steps, run.rules.limits)).toEqual([]);
  expect(
    breaksPersistence(
      steps,
      run.proposals.filter((one) => one.name === name),
      run.rules.limits,
    ),
  ).toEqual([]);
  const history = run.webhook?.ledger.readHistory(keyOf(name), 'hpa.maxReplicas');
  // All that was seen to land is charged, and nothing twice.
  const charged = (history?.movements ?? []).reduce((sum, { from, to }) => sum + distance(from, to), 0);
  const { least, most } = rangeOfUsage(landings, steps);
  expect(charged, `charged for ${name}`).toBeGreaterThanOrEqual(least);
  expect(charged, `charged for ${name}`).toBeLessThanOrEqual(most);
  if (run.store.read(name) !== undefined && steps.length > 0)
    expect(history?.last?.value).toBe(BigInt(landings.at(-1)?.to ?? 0));
  tally.landed += landings.length;
  tally.governed += steps.filter(({ isGoverned }) => isGoverned).length;
}

function distance(from: unknown, to: unknown): number {
  return Math.abs(Number(to) - Number(from));
}

async function simulate(seed: number, tally: Tally): Promise<void> {
  try {
    const run = new Simulation(seed);
    await run.run();
    check(run, tally);
  } catch (error) {
    throw new Error(`FLYBALL_SEED=${seed}: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
}

describe('what is stored, whatever happens on the way', () => {
  const given = process.env['FLYBALL_SEED'];
  const length = Number(process.env['FLYBALL_SEEDS'] ?? 2_000);
  const fresh = Array.from({ length }, (_, at) => at + 1);
  const seeds = given === undefined ? [...knownSeeds.map(({ seed }) => seed), ...fresh] : [Number(given)];

  it(`keeps within every limit, for ${seeds.length} seeds`, { timeout: 600_000 }, async () => {
    const tally = { landed: 0, governed: 0, bypasses: 0, crashes: 0 };
    for (const seed of seeds) await simulate(seed, tally);
    // Else nothing was tested.
    if (given !== undefined) return;
    expect(tally.governed).toBeGreaterThan(seeds.length * 3);
    expect(tally.bypasses).toBeGreaterThan(seeds.length);
    expect(tally.crashes).toBeGreaterThan(seeds.length);
  });
});
