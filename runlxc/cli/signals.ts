import { constants } from 'node:os';
import { RunlxcError } from './error.ts';

/** signal(7): the first real-time signal that the C library leaves to programs. */
const SIGRTMIN = 34;
const SIGRTMAX = 64;

/** A signal by number, or by name with or without SIG, e.g. 9, KILL, SIGRTMIN+3. */
export function parseSignal(text: string): number {
  if (/^\d+$/.test(text)) {
    const number = Number(text);
    if (number > SIGRTMAX) throw new RunlxcError(`unknown signal ${JSON.stringify(text)}`);
    return number;
  }
  const name = text.toUpperCase().replace(/^SIG/, '');
  const number = realTime(name) ?? signalNumber(`SIG${name}`);
  if (number === 0) throw new RunlxcError(`unknown signal ${JSON.stringify(text)}`);
  return number;
}

/** 0 for a name that there is not. */
export function signalNumber(name: string | null): number {
  return (constants.signals as Record<string, number>)[name ?? ''] ?? 0;
}

function realTime(name: string): number | undefined {
  const [, base, offset = '0'] = /^(RTMIN|RTMAX)([+-]\d+)?$/.exec(name) ?? [];
  if (base === undefined) return undefined;
  const number = (base === 'RTMIN' ? SIGRTMIN : SIGRTMAX) + Number(offset);
  return number >= SIGRTMIN && number <= SIGRTMAX ? number : undefined;
}
