/** What is admitted is charged before it is answered: its hold is made durable, or the answer is another one. */
import type { Decision } from './core/decide.ts';
import type { Verdict } from './core/verdict.ts';
import type { Admitted } from './ledger/hold.ts';
import type { Recorded } from './ledger/ledger.ts';

/** Well below the time that the API server waits for /validate (5 s as it is shipped). */
export const patienceMilliseconds = 2_000;

/** Places the hold of an admitted change; undefined where nothing is to be charged. */
export type PlaceHold = (admitted: Admitted) => Promise<Recorded> | undefined;

/** A ledger that does not answer in time has not made the hold durable, as far as the caller can know. */
export async function within(held: Promise<Recorded>, milliseconds: number): Promise<Recorded> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Recorded>((resolve) => {
    const problem = `it was not durable within ${milliseconds} ms`;
    timer = setTimeout(() => resolve({ ok: false, problem }), milliseconds);
  });
  try {
    return await Promise.race([held, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Whether a change is safe without a record of it: no budget is spent, and it makes an object, or all it moves adds
 * capacity. An outage of the ledger must not hold back the scale-up of a service in need; what takes capacity away waits.
 */
export function addsOnlyCapacity({ change, verdicts }: Decision): boolean {
  if (verdicts.some(spendsBudget)) return false;
  return change.operation === 'CREATE' || verdicts.every(addsCapacity);
}

/** Others would be granted what nobody knows to be spent. */
function spendsBudget({ limits }: Verdict): boolean {
  return limits.some(({ rule, mode }) => rule === 'budget' && mode === 'Enforce');
}

function addsCapacity({ parameter, granted }: Verdict): boolean {
  const { current, capacity } = parameter;
  if (typeof granted !== 'bigint' || typeof current !== 'bigint' || capacity === 'none') return false;
  return capacity === 'more' ? granted > current : granted < current;
}

/** The decision as it is where its hold could not be placed: throttled, and why. */
export function unheld(decision: Decision, problem: string): Decision {
  const message = `the change cannot be recorded now: ${problem}`;
  const error = {
    policy: 'flyball',
    position: 'ledger',
    parameter: '',
    failurePolicy: 'Fail',
    message,
  } as const;
  return { ...decision, outcome: 'throttle', errors: [...decision.errors, error] };
}
