import { constants } from 'node:os';
import { PouchError } from '../../hooks/errors.ts';

/** SIGKILL (signal(7)). */
export const sigkill = 9;

/** Milliseconds: a killed process is gone sooner, unless the kernel holds it (uninterruptible sleep). */
export const killDeadlineMs = 10_000;

/** First and last real-time signal of Linux with glibc (signal(7)). */
const firstRealTime = 34;
const lastRealTime = 64;

/**
 * Number of a signal by name (`TERM`, `SIGTERM`, `SIGRTMIN+3`) or number. runc 1.1.5 knows no names of real-time
 * signals, so numbers go to it.
 * @throws PCH_OPTION_INVALID
 */
export function signalNumber(signal: string): number {
  const text = signal.trim().toUpperCase();
  if (/^\d{1,2}$/.test(text)) return checkRange(Number(text), signal);
  const name = text.startsWith('SIG') ? text : `SIG${text}`;
  const known = constants.signals[name as keyof typeof constants.signals] as number | undefined;
  return known ?? realTime(name) ?? unknownSignal(signal);
}

function realTime(name: string): number | undefined {
  const match = /^SIGRT(MIN|MAX)(?:([+-])(\d{1,2}))?$/.exec(name);
  if (!match) return undefined;
  const [, base, sign, offset = '0'] = match;
  const from = base === 'MIN' ? firstRealTime : lastRealTime;
  const number = sign === '-' ? from - Number(offset) : from + Number(offset);
  return number >= firstRealTime && number <= lastRealTime ? number : undefined;
}

function checkRange(number: number, given: string): number {
  return number >= 1 && number <= lastRealTime ? number : unknownSignal(given);
}

function unknownSignal(given: string): never {
  throw new PouchError('PCH_OPTION_INVALID', `no signal is named "${given}"`, {
    hint: 'give a name such as SIGTERM or SIGRTMIN+3, or a number from 1 to 64',
  });
}
