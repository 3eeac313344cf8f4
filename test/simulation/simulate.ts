/** One seed: clients, an API server, a watch that lies and a webhook that dies; at the end, all is brought to rest. */
import { Disk, type Fault, type Random, randomFrom, TestClock, turn } from '../unit/ledger/file/disk.ts';
import { linesIn } from '../unit/ledger/file/folder.ts';
import { ApiServer, type Proposal, type Wish } from './api-server.ts';
import { between, drawRules, type Rules } from './limits.ts';
import { Scheduler } from './scheduler.ts';
import { Sight } from './sight.ts';
import { Store } from './store.ts';
import { Watch } from './watch.ts';
import { type Told, Webhook } from './webhook.ts';

const start = Date.parse('2026-01-05T10:00:00Z');
const names = ['web', 'api'];
const steps = 220;

export class Simulation {
  readonly random: Random;
  readonly clock = new TestClock(start);
  readonly rules: Rules;
  readonly store = new Store(this.clock.now);
  readonly sight = new Sight();
  readonly told: Told = { held: [], bypasses: [], unheld: [], faults: [] };
  readonly proposals: Proposal[] = [];
  readonly scheduler: Scheduler;
  readonly #watch: Watch;
  readonly #api: ApiServer;
  readonly #isSlow: boolean;
  readonly #isFaulty: boolean;
  disk = new Disk(this.clock.now);
  webhook: Webhook | undefined;
  crashes = 0;

  constructor(seed: number) {
    this.random = randomFrom(seed);
    this.rules = drawRules(this.random);
    this.scheduler = new Scheduler(this.random);
    this.#isSlow = this.random() < 0.4;
    this.#isFaulty = this.random() < 0.3;
    this.#watch = new Watch(this.store, this.random, this.sight);
    this.#api = new ApiServer({
      random: this.random,
      scheduler: this.scheduler,
      store: this.store,
      now: this.clock.now,
      webhook: () => this.webhook,
      onProposal: (proposal) => this.proposals.push(proposal),
      onShown: (version) => this.sight.show(version),
      isSeen: (landing) => this.sight.has(landing.name, landing.resourceVersion),
    });
  }

  async run(): Promise<void> {
    await this.#restart();
    for (const name of names) {
      this.scheduler.start(() => this.#api.create(this.#wish(name, false)));
      await this.#rest();
    }
    if (this.#isFaulty) this.#misbehave();
    for (let step = 0; step < steps; step += 1) {
      this.disk.isFree = !this.#isSlow;
      await this.#step(this.random());
    }
    await this.#rest();
  }

  async #step(what: number): Promise<void> {
    if (what < 0.16) this.#ask();
    else if (what < 0.55) await this.scheduler.resume();
    else if (what < 0.7) this.#watch.deliver(this.webhook);
    else if (what < 0.82) this.#pass(between(this.random, 1, 3_000));
    else if (what < 0.85) this.#pass(between(this.random, 3_000, 40_000));
    else if (what < 0.86) this.#bypass();
    else if (what < 0.89) this.store.touch(this.#name());
    else if (what < 0.9) this.#watch.lose();
    else if (what < 0.92) this.#watch.relist(this.webhook);
    else if (what < 0.93) await this.#crash();
    else await this.#restart();
    if (this.#isSlow) this.disk.letThrough(this.random);
    await turn();
  }

  #name(): string {
    return names[between(this.random, 0, names.length - 1)] ?? 'web';
  }

  #wish(name: string, dryRun: boolean): Wish {
    const from = this.store.read(name)?.value ?? 20;
    const value = this.random() < 0.8 ? from + between(this.random, -6, 6) : between(this.random, -2, 70);
    return { name, value: Math.max(1, value), user: this.random() < 0.8 ? 'rl' : 'human', dryRun };
  }

  #ask(): void {
    if (this.scheduler.running > 5) return;
    const wish = this.#wish(this.#name(), this.random() < 0.08);
    const isThere = this.store.read(wish.name) !== undefined;
    const what = this.random();
    this.scheduler.start(() => {
      if (!isThere || what < 0.03) return this.#api.create(wish);
      if (what < 0.1) return this.#api.remove(wish);
      return this.#api.patch(wish, what < 0.4 ? 1 : undefined);
    });
  }

  /** Past the webhook, by hand; within the range, since what is outside may be brought back at once. */
  #bypass(): void {
    const name = this.#name();
    const known = this.store.read(name);
    if (known !== undefined && this.random() < 0.2) this.store.remove(name, known.resourceVersion);
    else this.store.write({ name, value: between(this.random, 1, 60) }, known?.resourceVersion, false);
  }

  #pass(milliseconds: number): void {
    this.clock.advance(milliseconds);
    this.webhook?.sweep();
  }

  /** Faults come in spells, as those of disks do. */
  #misbehave(): void {
    let left = 0;
    let fault: Fault | undefined;
    this.disk.faults = (call) => {
      if (call === 'close' || call === 'open lock') return undefined;
      if (left === 0 && this.random() < 0.01) {
        left = between(this.random, 1, 12);
        fault = (['EIO', 'ENOSPC', 'short', 'EROFS'] as const)[between(this.random, 0, 3)];
      }
      if (left === 0) return undefined;
      left -= 1;
      return fault;
    };
  }

  async #crash(): Promise<void> {
    if (this.webhook === undefined) return;
    this.crashes += 1;
    this.webhook.kill();
    this.webhook = undefined;
    this.#watch.lose(true);
    const { random, clock } = this;
    this.disk = random() < 0.7 ? this.disk.afterCrash(random, clock.now) : this.disk.afterKill(clock.now);
    await turn();
  }

  async #restart(): Promise<void> {
    if (this.webhook !== undefined) return;
    this.disk.isFree = true;
    const { disk, clock, told } = this;
    this.webhook = await Webhook.start({ disk, clock, told, policies: this.rules.policies });
    this.sight.lose(versionsIn(disk, this.webhook.ledger.readPlace().n));
    if (this.#isFaulty) this.#misbehave();
  }

  /** Everything under way ends, the disk works, the watch has told all, and nothing is left to be written. */
  async #rest(): Promise<void> {
    await this.#restart();
    this.disk.faults = () => undefined;
    this.disk.isFree = true;
    while (this.disk.waiting.length > 0) this.disk.letThrough(this.random);
    for (let round = 0; round < 500 && this.scheduler.running > 0; round += 1) await this.scheduler.resume();
    if (this.scheduler.running > 0) throw new Error('a request does not end');
    this.#watch.relist(this.webhook);
    for (let round = 0; round < 3; round += 1) {
      this.#pass(1_500);
      await turn();
    }
    this.sight.keep();
  }
}

/** All that the log names, up to its last whole line. */
function versionsIn(disk: Disk, last: number): Set<number> {
  const lines = linesIn(disk.contents()).filter(({ n }) => n <= last);
  const text = lines.map(({ entry }) => entry.toString()).join('\n');
  return new Set([...text.matchAll(/"resourceVersion":"(\d+)"/g)].map(([, version]) => Number(version)));
}
