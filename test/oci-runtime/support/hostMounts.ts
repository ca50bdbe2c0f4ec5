import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bed } from './Bed.ts';

/** Creates a directory on the host with a tmpfs below it that contains a file. */
export function hostWithMountBelow(bed: Bed): string {
  const below = join(bed.host, 'below');
  mkdirSync(below);
  bed.mount(below, '-t', 'tmpfs', 'tmpfs');
  writeFileSync(join(below, 'a'), '');
  return bed.host;
}
