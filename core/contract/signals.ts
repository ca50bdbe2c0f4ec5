import { constants } from 'node:os';
import { PouchError } from '../../hooks/errors.ts';
import { field, type FieldPath } from '../../hooks/fields.ts';

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
 * @param path the field that it is the value of
 * @throws PCH_OPTION_INVALID
 */
export function signalNumber(signal: string, path?: FieldPath): number {
  const text = signal.trim().toUpperCase();
  if (/^\d{1,2}$/.test(text)) return checkRange(Number(text)) ?? unknownSignal(signal, path);
  const name = text.startsWith('SIG') ? text : `SIG${text}`;
  const known = constants.signals[name as keyof typeof constants.signals] as number | undefined;
  return known ?? realTime(name) ?? unknownSignal(signal, path);
}

function realTime(name: string): number | undefined {
  const match = /^SIGRT(MIN|MAX)(?:([+-])(\d{1,2}))?$/.exec(name);
  if (!match) return undefined;
  const [, base, sign, offset = '0'] = match;
  const from = base === 'MIN' ? firstRealTime : lastRealTime;
  const number = sign === '-' ? from - Number(offset) : from + Number(offset);
  return number >= firstRealTime && number <= lastRealTime ? number : undefined;
}

function checkRange(number: number): number | undefined {
  return number >= 1 && number <= lastRealTime ? number : undefined;
}

function unknownSignal(given: string, path: FieldPath | undefined): never {
  const where = path === undefined ? '' : `${field(path)}: `;
  throw new PouchError('PCH_OPTION_INVALID', `${where}no signal is named "${given}"`, {
    ...(path !== undefined && { field: path }),
    hint: 'give a name such as SIGTERM or SIGRTMIN+3, or a number from 1 to 64',
  });
}
