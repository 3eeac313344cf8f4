/**
 * What must hold of what was stored, whatever happened on the way. It knows nothing of holds, windows of the ledger or clocks
 * but the store's: it reads the landings, in the order of their versions and at the times at which they landed.
 *
 * A movement is charged when it is seen, which is never before it landed, and decided before it lands: so windows over
 * landing times that end at a governed landing are within those that the decision counted, and the limits hold in them exactly.
 *
 * What is asserted is of steps: from one version that the webhook was shown to the next. A step is `governed` where all
 * that moved in it is one landing that was admitted on what was stored. In other steps something landed that nobody had asked
 * about (a write past the webhook, an object made anew before the end of the one before was seen, a charge that a crash took
 * together with a record that could not be written): those count as far as they moved, and are not judged.
 */
import type { Limits } from './limits.ts';
import type { Landing } from './store.ts';

export interface Step {
  readonly at: number;
  readonly from: number;
  readonly to: number;
  readonly isGoverned: boolean;
  readonly isBirth: boolean;
}

/** Of one name, over its lives. A history begins with the first governed change of an object: until then none is kept. */
export function stepsOf(landings: readonly Landing[], isSeen: (landing: Landing) => boolean): Step[] {
  const steps = allStepsOf(landings, isSeen);
  const first = steps.findIndex(({ isGoverned, isBirth }) => isGoverned && !isBirth);
  return first < 0 ? [] : steps.slice(first);
}

function allStepsOf(landings: readonly Landing[], isSeen: (landing: Landing) => boolean): Step[] {
  const steps: Step[] = [];
  let moved: Landing[] = [];
  let from = landings[0]?.to ?? 0;
  for (const landing of landings.slice(1)) {
    if (landing.from !== landing.to) moved.push(landing);
    if (!isSeen(landing)) continue;
    const { at, to } = landing;
    const isGoverned = moved.length === 1 && moved.every((one) => one.isGoverned);
    const isBirth = moved.some((one) => one.isBirth);
    if (from !== to) steps.push({ at: moved.at(-1)?.at ?? at, from, to, isGoverned, isBirth });
    [from, moved] = [to, []];
  }
  return steps;
}

const size = ({ from, to }: Pick<Step, 'from' | 'to'>): number => Math.abs(to - from);
const isUp = ({ from, to }: Step): boolean => to > from;

/** A sentence for each limit that a governed step broke. */
export function breachesOf(steps: readonly Step[], limits: Limits): string[] {
  return steps.flatMap((step, index) => {
    if (!step.isGoverned) return [];
    const past = steps.slice(0, index);
    const broken = [
      ...breaksAmplitude(step, limits),
      ...breaksRate(step, past, limits),
      ...breaksCooldown(step, past, limits),
      ...breaksReversal(step, past, limits),
    ];
    return broken.map((what) => `${step.from} -> ${step.to} at ${step.at}: ${what}`);
  });
}

function breaksAmplitude(step: Step, { least, most, step: longest }: Limits): string[] {
  const isInside = step.to >= least && step.to <= most;
  return [...(isInside ? [] : ['range']), ...(size(step) <= longest ? [] : [`step of ${longest}`])];
}

function breaksRate(step: Step, past: readonly Step[], { rate }: Limits): string[] {
  if (rate === undefined) return [];
  const inWindow = [...past, step].filter(({ at }) => at > step.at - rate.seconds * 1_000);
  const change = inWindow.reduce((sum, one) => sum + size(one), 0);
  return [
    ...(change <= rate.change ? [] : [`rate: ${change} of ${rate.change} in ${rate.seconds} s`]),
    ...(inWindow.length <= rate.changes ? [] : [`rate: ${inWindow.length} of ${rate.changes} changes`]),
  ];
}

function breaksCooldown(step: Step, past: readonly Step[], { cooldown }: Limits): string[] {
  const previous = past.at(-1);
  if (cooldown === undefined || previous === undefined) return [];
  const seconds = isUp(step) ? cooldown.increase : cooldown.decrease;
  const rested = step.at - previous.at;
  return rested >= seconds * 1_000 ? [] : [`cooldown: ${rested} ms of ${seconds} s`];
}

function breaksReversal(step: Step, past: readonly Step[], { reversal }: Limits): string[] {
  if (reversal === undefined) return [];
  const reversals = [...past, step].filter((one, index, all) => {
    const before = all[index - 1];
    return before !== undefined && isUp(before) !== isUp(one);
  });
  if (reversals.at(-1) !== step) return [];
  const count = reversals.filter(({ at }) => at > step.at - reversal.seconds * 1_000).length;
  return count <= reversal.max ? [] : [`reversal: ${count} of ${reversal.max} in ${reversal.seconds} s`];
}

/** How far the value moved: by the steps that were seen, at least, and by all landings, at most. */
export function rangeOfUsage(
  landings: readonly Landing[],
  steps: readonly Step[],
): { readonly least: number; readonly most: number } {
  const least = steps.reduce((sum, step) => sum + size(step), 0);
  const most = landings.reduce((sum, { from, to }) => sum + Math.abs(to - (from ?? to)), 0);
  return { least, most };
}
