import { optionError } from '../../../client/options/OptionError.ts';
import { defaultExcludes } from '../sources/excludes.ts';
import type { Guestfish } from './Guestfish.ts';

/** Files that one pattern may match. */
const maxMatches = 10_000;

/**
 * Returns patterns for tar-out. The tar of the VM lets `*` match slashes. Patterns for which that matters are expanded
 * in the VM, whose root is mounted.
 */
export async function guestExcludes(guest: Guestfish, patterns: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const pattern of patterns) {
    if (isExact(pattern)) found.push(tarPattern(pattern));
    else found.push(...(await expanded(guest, pattern)));
  }
  return [...defaultExcludes.map(tarPattern), ...found];
}

/** Whether it makes no difference that `*` matches slashes: without one, at the end, or in a mere name. */
export function isExact(pattern: string): boolean {
  const body = pattern.replace(/\/\*?$/, '');
  return !body.includes('*') || !body.includes('/');
}

async function expanded(guest: Guestfish, pattern: string): Promise<string[]> {
  if (!pattern.startsWith('/')) {
    const expected = 'expected a slash at the beginning of a pattern with wildcards and slashes';
    throw optionError('--exclude', `${expected}, found "${pattern}"`, 'or give the name alone: *.iso');
  }
  const paths = await guest.ask(['glob-expand', pattern.replace(/\/$/, ''), 'directoryslash:false']);
  if (paths.length <= maxMatches) return paths.map((path) => tarPattern(literal(path)));
  const expected = `expected a pattern that matches ${maxMatches} files at most`;
  throw optionError('--exclude', `${expected}, found ${paths.length} for "${pattern}"`, 'name the directory');
}

function literal(path: string): string {
  return path.replaceAll('*', '?');
}

/**
 * Members of the tar begin with `./`. guestfish splits the list at spaces and takes quotes; brackets and backslashes
 * belong to patterns of tar. Any character but a slash stands for each of them.
 */
export function tarPattern(pattern: string): string {
  const safe = pattern.replace(/\/$/, '').replace(/[\s'"[\]\\?]/g, '[!/]');
  return safe.startsWith('/') ? `.${safe}` : safe;
}
