/** The webhook as it is, on a disk and a clock that the simulation owns: admission, tracker and ledger; it dies and starts anew. */
import { admit, type Ports } from '../../src/admit.ts';
import { answerFrom, tellStored } from '../../src/history.ts';
import { watchedKinds } from '../../src/kubernetes/objects.ts';
import type { BypassEntry } from '../../src/ledger/entry.ts';
import type { FileLedger } from '../../src/ledger/file/file-ledger.ts';
import { objectKeyOf } from '../../src/ledger/hold.ts';
import { createTracker, type Tracker } from '../../src/ledger/tracker.ts';
import type { PolicySet } from '../../src/policy/set.ts';
import type { AdmissionResponse } from '../../src/webhook/answer.ts';
import type { ReviewRequest } from '../../src/webhook/review.ts';
import type { Door } from '../../src/webhook/server.ts';
import type { Disk, TestClock } from '../unit/ledger/file/disk.ts';
import { open } from '../unit/ledger/file/folder.ts';
import { portsOf } from '../unit/webhook/ports.ts';
import type { Version } from './store.ts';

export const namespace = 'shop';
const [hpas] = watchedKinds.filter(({ kind }) => kind === 'HorizontalPodAutoscaler');

export const keyOf = (name: string): string =>
  objectKeyOf({
    group: 'autoscaling',
    kind: 'HorizontalPodAutoscaler',
    namespace,
    name,
    subresource: '',
  });

/** As the API server shows it; without a version where it is not stored yet. */
export function objectOf({
  name,
  value,
  resourceVersion,
}: Omit<Version, 'resourceVersion'> & Partial<Version>) {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: {
      name,
      namespace,
      ...(resourceVersion === undefined ? {} : { resourceVersion: `${resourceVersion}` }),
    },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      minReplicas: 1,
      maxReplicas: value,
    },
  };
}

export interface Told {
  /** Keys of holds that were durable before the answer. */
  readonly held: string[];
  readonly bypasses: BypassEntry[];
  readonly unheld: string[];
  readonly faults: unknown[];
}

export interface Environment {
  readonly disk: Disk;
  readonly clock: TestClock;
  readonly policies: PolicySet;
  readonly told: Told;
}

export class Webhook {
  readonly ledger: FileLedger;
  readonly #tracker: Tracker;
  readonly #ports: Ports;
  #isDead = false;
  readonly #death: Promise<undefined>;
  #die: () => void = () => undefined;

  static async start(environment: Environment): Promise<Webhook> {
    const { ledger } = await open(environment.disk, environment.clock);
    return new Webhook(ledger, environment);
  }

  private constructor(ledger: FileLedger, { policies, told }: Environment) {
    this.ledger = ledger;
    this.#tracker = createTracker(ledger, (bypass) => told.bypasses.push(bypass));
    const history = answerFrom(ledger, this.#tracker);
    const { ports } = portsOf([], {
      ...history,
      readPolicies: () => policies,
      placeHold: (admitted) => {
        const held = history.placeHold(admitted);
        held?.then(({ ok }) => ok && !this.#isDead && told.held.push(admitted.key));
        return held;
      },
      onUnheld: (problem) => told.unheld.push(problem),
      onFault: (error) => told.faults.push(error),
    });
    this.#ports = ports;
    this.#death = new Promise((resolve) => {
      this.#die = () => resolve(undefined);
    });
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** Undefined: no answer came. */
  async ask(door: Door, request: ReviewRequest): Promise<AdmissionResponse | undefined> {
    if (this.#isDead) return undefined;
    return Promise.race([this.#death, admit(door, request, this.#ports)]);
  }

  see(version: Version): void {
    if (hpas !== undefined && !this.#isDead) tellStored(hpas, objectOf(version), this.#tracker);
  }

  seeDeletion(name: string): void {
    if (!this.#isDead) this.#tracker.observeDeletion(keyOf(name));
  }

  sweep(): void {
    if (!this.#isDead) this.#tracker.expire();
  }

  kill(): void {
    this.#isDead = true;
    this.#die();
  }
}
