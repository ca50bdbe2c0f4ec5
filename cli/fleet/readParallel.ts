import { invalidOption } from '../errors.ts';

/** Reads `--parallel 3` or `25%` of so many hosts, at least one. @throws OptionError */
export function readParallel(text: string, hosts: number): number {
  const [, digits = '', percent] = /^([1-9]\d{0,3})(%?)$/.exec(text) ?? [];
  const number = Number(digits);
  if (digits === '' || (percent && number > 100))
    throw invalidOption('--parallel', 'a number of hosts, or 1% to 100% of them', text);
  return percent ? Math.max(1, Math.floor((hosts * number) / 100)) : number;
}
