import { lstatSync, mkdirSync, readlinkSync, type Stats } from 'node:fs';
import { kindOf } from '../fileKind.ts';
import type { PathStep } from '../protocol.ts';

/** Looks at each part of a path, from `/` on, until one does not exist or is a link. */
export function tracePath(path: string): PathStep[] {
  const steps: PathStep[] = [];
  for (const part of partsOf(path)) {
    const stats = lstatSync(part, { throwIfNoEntry: false });
    if (!stats) break;
    steps.push(stepOf(part, stats));
    if (!stats.isDirectory()) break;
  }
  return steps;
}

function partsOf(path: string): string[] {
  const names = path.split('/').slice(1);
  return ['/', ...names.map((_, index) => `/${names.slice(0, index + 1).join('/')}`)];
}

function stepOf(path: string, stats: Stats): PathStep {
  const { mode, uid } = stats;
  const step = { path, mode: mode & 0o7777, uid };
  if (!stats.isSymbolicLink()) return { ...step, kind: kindOf(stats) };
  return { ...step, kind: 'link', target: readlinkSync(path) };
}

export function makeDirectories(paths: readonly string[]): null {
  for (const path of paths)
    try {
      mkdirSync(path, { mode: 0o755 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  return null;
}
