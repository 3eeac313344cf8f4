/** The process log (pino, JSON Lines on standard error): what Flyball does, never what objects hold. */
import { destination, type Logger, pino } from 'pino';

export type ProcessLog = Logger;

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

export function createLog(level: LogLevel): ProcessLog {
  // Synchronous: the last line before a crash is the one that matters.
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    destination({ fd: 2, sync: true }),
  );
}
