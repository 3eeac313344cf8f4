import { Cron } from 'croner';
import { parseDuration } from '../core/duration.ts';
import type { FreezeSpec, FreezeWindow } from '../core/rules/freeze.ts';
import type { Finding, Path } from './problem.ts';
import type { RuleSpecs } from './schema.ts';

type FreezeText = NonNullable<RuleSpecs['freeze']>;

const minuteMilliseconds = 60_000;
const longestMilliseconds = 366 * 86_400_000;
/** Windows that touch are one; after so many the end is far enough to be told. */
const mostJoined = 32;

export type CompiledFreeze =
  | { readonly ok: true; readonly value: FreezeSpec['windowAt'] }
  | { readonly ok: false; readonly finding: Finding };

/** Time zones and daylight saving are croner's; a window lasts its duration in real time, whatever clocks do. */
export function compileFreeze(spec: FreezeText, path: Path): CompiledFreeze {
  const length = parseDuration(spec.for);
  if (!length.ok) return refuse([...path, 'for'], length.error);
  if (length.value < minuteMilliseconds || length.value > longestMilliseconds)
    return refuse([...path, 'for'], 'must be from 1m to 366d');
  if (spec.schedule.trim().split(/\s+/).length !== 5)
    return refuse([...path, 'schedule'], 'must have five fields: minute, hour, day, month, day of the week');
  return compileSchedule(spec, length.value, path);
}

function compileSchedule(spec: FreezeText, lengthMilliseconds: number, path: Path): CompiledFreeze {
  const timezone = spec.timeZone ?? 'UTC';
  if (!isTimeZone(timezone)) return refuse([...path, 'timeZone'], `\`${timezone}\` is not a time zone`);
  try {
    // Without a function to call, croner starts no timer.
    const cron = new Cron(spec.schedule, { mode: '5-part', timezone });
    if (cron.nextRun() === null) return refuse([...path, 'schedule'], 'never opens');
    return { ok: true, value: windowsOf(cron, lengthMilliseconds) };
  } catch (error) {
    const why = String((error as Error).message).replace(/^CronPattern: /, '');
    return refuse([...path, 'schedule'], `is not a cron schedule: ${why}`);
  }
}

/** Schedules have whole minutes, so that one answer serves the whole minute. */
function windowsOf(cron: Cron, lengthMilliseconds: number): FreezeSpec['windowAt'] {
  let known: { readonly minute: number; readonly window: FreezeWindow | undefined } | undefined;
  return (now) => {
    const minute = Math.floor(now / minuteMilliseconds);
    if (known?.minute !== minute) known = { minute, window: findWindow(cron, minute, lengthMilliseconds) };
    const { window } = known;
    return window !== undefined && now < window.until ? window : undefined;
  };
}

function findWindow(cron: Cron, minute: number, lengthMilliseconds: number): FreezeWindow | undefined {
  // croner looks strictly before its reference.
  const [latest] = cron.previousRuns(1, new Date(minute * minuteMilliseconds + 1000));
  if (latest === undefined) return undefined;
  let until = latest.getTime() + lengthMilliseconds;
  for (const next of cron.nextRuns(mostJoined, latest)) {
    if (next.getTime() > until) break;
    until = next.getTime() + lengthMilliseconds;
  }
  return { from: latest.getTime(), until };
}

function isTimeZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

function refuse(path: Path, why: string): CompiledFreeze {
  return { ok: false, finding: { code: 'WrongSchedule', path, why } };
}
