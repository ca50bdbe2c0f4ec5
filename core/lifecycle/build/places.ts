import { join } from 'node:path';
import type { PouchConfig } from '../../../config/types.ts';

/** Directories of builds that run, by their ids. */
export function buildsDirectory({ root }: PouchConfig): string {
  return join(root, 'builds');
}

export function buildDirectory(config: PouchConfig, id: string): string {
  return join(buildsDirectory(config), id);
}

/** What a builder keeps between builds. */
export function builderDirectory({ root }: PouchConfig, builder: string): string {
  return join(root, 'builders', builder);
}

export function buildCgroup({ cgroupParent }: PouchConfig, id: string): string {
  return join('/', cgroupParent, `build-${id}`);
}
