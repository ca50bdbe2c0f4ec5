import { constants } from 'node:os';
import { RunlxcError } from './error.ts';

/** signal(7): the first real-time signal that the C library does not use. */
const sigrtmin = 34;
const sigrtmax = 64;

/** Parses a signal: a number, or a name with or without SIG, e.g. 9, KILL, SIGRTMIN+3. */
export function parseSignal(text: string): number {
  if (/^\d+$/.test(text)) {
    const number = Number(text);
    if (number > sigrtmax) throw new RunlxcError(`unknown signal ${JSON.stringify(text)}`);
    return number;
  }
  const name = text.toUpperCase().replace(/^SIG/, '');
  const number = realTime(name) ?? signalNumber(`SIG${name}`);
  if (number === 0) throw new RunlxcError(`unknown signal ${JSON.stringify(text)}`);
  return number;
}

/** Returns 0 for an unknown name. */
export function signalNumber(name: string | null): number {
  return (constants.signals as Record<string, number>)[name ?? ''] ?? 0;
}

function realTime(name: string): number | undefined {
  const [, base, offset = '0'] = /^(RTMIN|RTMAX)([+-]\d+)?$/.exec(name) ?? [];
  if (base === undefined) return undefined;
  const number = (base === 'RTMIN' ? sigrtmin : sigrtmax) + Number(offset);
  return number >= sigrtmin && number <= sigrtmax ? number : undefined;
}
