import { isDeepStrictEqual } from 'node:util';
import { keyedSpec } from './keyedSpec.ts';

/** One difference between two OCI specs. */
export interface SpecChange {
  kind: 'added' | 'removed' | 'changed';
  /** Path of the field; array elements are named by their identity: `['process', 'env', 'HOME']`. */
  path: string[];
  before?: unknown;
  after?: unknown;
}

type Spec = Record<string, unknown>;

/** Compares two specs, array elements by identity rather than position. Returns the changes in order of path. */
export function diffSpecs(before: Spec, after: Spec): SpecChange[] {
  return diffValues(keyedSpec(before), keyedSpec(after), []).sort((a, b) => comparePaths(a.path, b.path));
}

function diffValues(before: unknown, after: unknown, path: string[]): SpecChange[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (isMap(before) && isMap(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...names].flatMap((name) => diffValues(before[name], after[name], [...path, name]));
  }
  if (before === undefined) return [{ kind: 'added', path, after }];
  if (after === undefined) return [{ kind: 'removed', path, before }];
  return [{ kind: 'changed', path, before, after }];
}

function isMap(value: unknown): value is Spec {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function comparePaths(a: string[], b: string[]): number {
  const [left, right] = [a.join('\0'), b.join('\0')];
  return left < right ? -1 : left > right ? 1 : 0;
}
