import { humanSize } from '../../../output/units.ts';
import type { FileTree } from '../FileTree.ts';
import type { Check } from '../finding.ts';

/** Bytes from which a directory is named. */
const bigBytes = 1e9;

/** Directories of data that may be better off in a volume. */
export const sizes: Check = {
  topic: 'size',
  run({ tree }) {
    const { total, big } = measure(tree);
    return [
      { verdict: 'info', found: `${humanSize(total)} of files` },
      ...big.map(([path, bytes]) => ({
        verdict: 'info' as const,
        found: `${path} has ${humanSize(bytes)}`,
        advice: 'leave data out with --exclude, and mount it as a volume',
      })),
    ];
  },
};

/** Returns the sum of all files, and the deepest directories with most of what is big. */
export function measure(tree: FileTree): { total: number; big: [path: string, bytes: number][] } {
  const sums = new Map<string, number>();
  let total = 0;
  for (const [path, { kind, size }] of tree.paths()) {
    if (kind !== 'file') continue;
    total += size;
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
      const parent = path.slice(0, at);
      sums.set(parent, (sums.get(parent) ?? 0) + size);
    }
  }
  const big = [...sums].filter(([path, bytes]) => bytes >= bigBytes && !/^\/usr(\/|$)/.test(path));
  // A directory above says nothing new if most of it is in one below.
  const named = big.filter(
    ([path, bytes]) => !big.some(([other, more]) => other.startsWith(`${path}/`) && more > bytes / 2),
  );
  return { total, big: named.sort(([, a], [, b]) => b - a).slice(0, 10) };
}
