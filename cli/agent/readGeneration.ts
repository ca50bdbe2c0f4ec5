import { invalidOption } from '../errors.ts';

/** @throws OptionError */
export function readGeneration(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw invalidOption('--generation', 'a number from `pouch history`', text);
}
