/** Before a number is taken: Flyball really decides what the load sends, and the no-op really does not. */
import { type Address, call } from './caller.ts';
import type { Row } from './legs.ts';
import { createReview, type Proposal } from './reviews.ts';

interface Response {
  readonly allowed: boolean;
  readonly patch?: string;
  readonly auditAnnotations?: { readonly decision?: string; readonly outcome?: string };
}

/** Throws where an answer is not what the policies of `policies.ts` say. */
export async function checkFlyball(address: Address, rows: readonly Row[]): Promise<void> {
  for (const row of rows) {
    if (row.actor === 'on-call') {
      await checkUngoverned(address, row);
      continue;
    }
    const passed = await review(address, row, ['mutate', 'within']);
    expect(passed.allowed && passed.patch === undefined, 'a proposal within bounds is not patched', passed);
    const decided = await review(address, row, ['validate', 'within']);
    expect(decided.auditAnnotations?.outcome === 'admit', 'a proposal within bounds is admitted', decided);
    const clamped = await review(address, row, ['mutate', 'outside']);
    expect(clamped.patch !== undefined, 'a proposal out of bounds is clamped', clamped);
    const confirmed = await review(address, row, ['validate', 'clamped']);
    expect(confirmed.auditAnnotations?.outcome === 'clamp', 'a clamp is confirmed', confirmed);
    const refused = await review(address, row, ['validate', 'outside']);
    expect(!refused.allowed, 'a clamp that was not made is refused', refused);
  }
}

/** Each connection's object: whether a policy is meant depends on the object, too. */
async function checkUngoverned(address: Address, row: Row): Promise<void> {
  for (let index = 0; index < row.connections; index += 1) {
    const free = await review(address, row, ['validate', 'outside'], index);
    expect(free.allowed && free.auditAnnotations === undefined, 'whom no policy means is let pass', free);
  }
}

export async function checkNoop(address: Address, rows: readonly Row[]): Promise<void> {
  for (const row of rows) {
    const answer = await review(address, row, ['validate', 'outside']);
    expect(answer.allowed && answer.auditAnnotations === undefined, 'the no-op allows everything', answer);
  }
}

async function review(
  address: Address,
  { kind, kibibytes, actor }: Row,
  [door, proposal]: readonly ['mutate' | 'validate', Proposal],
  index = 3,
): Promise<Response> {
  const body = createReview({ kind, kibibytes, proposal, actor, index });
  const { status, text } = await call(address, `/${door}?timeout=5s`, body);
  if (status !== 200) throw new Error(`/${door} answered ${status}: ${text}`);
  return (JSON.parse(text) as { readonly response: Response }).response;
}

function expect(isTrue: boolean, what: string, answer: Response): void {
  if (!isTrue) throw new Error(`${what}, but the answer was ${JSON.stringify(answer)}`);
}
