import { RunlxcError } from './error.ts';

/** Parses a count. */
export function count(text: string, option: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new RunlxcError(`${option}: ${JSON.stringify(text)} is not a number`);
  return Number(text);
}

const units = ['', 'k', 'm', 'g', 't', 'p'];

/** Parses bytes as docker/go-units does: 64m, 1.5GiB; -1 means no limit. */
export function bytes(text: string, option: string): bigint {
  if (text === '-1') return -1n;
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?) ?([kmgtp]?)(?:i?b)?$/i.exec(text) ?? [];
  if (number === undefined) throw new RunlxcError(`invalid value for ${option}: ${JSON.stringify(text)}`);
  const factor = 1024 ** units.indexOf(unit.toLowerCase());
  return number.includes('.') ? BigInt(Math.trunc(Number(number) * factor)) : BigInt(number) * BigInt(factor);
}

export function integer(text: string, option: string): bigint {
  if (!/^-?\d+$/.test(text)) throw new RunlxcError(`invalid value for ${option}: ${JSON.stringify(text)}`);
  return BigInt(text);
}
