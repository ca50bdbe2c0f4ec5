import { RunlxcError } from '../cli/error.ts';

/** Sorted by number, getrlimit(2), asm-generic/resource.h. */
const names = [
  'CPU',
  'FSIZE',
  'DATA',
  'STACK',
  'CORE',
  'RSS',
  'NPROC',
  'NOFILE',
  'MEMLOCK',
  'AS',
  'LOCKS',
  'SIGPENDING',
  'MSGQUEUE',
  'NICE',
  'RTPRIO',
  'RTTIME',
];

export function rlimitNumber(type: string, field: string): number {
  const number = names.indexOf(type.replace(/^RLIMIT_/, ''));
  if (number === -1 || !type.startsWith('RLIMIT_'))
    throw new RunlxcError(`${field}: invalid rlimit type: ${type}`);
  return number;
}
