import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RunlxcError } from '../cli/error.ts';
import { parseJson } from './parseJson.ts';
import { checkShape, processShape, resourcesShape, specShape } from './shape.ts';
import type { Process, Resources, Spec } from './types.ts';
import { withRealNamespaces } from './joined.ts';
import { checkSpec } from './validate.ts';

/**
 * Reads and checks the config.json of a bundle.
 * @throws RunlxcError with the position or the field
 */
export function loadSpec(bundle: string): Spec {
  const file = join(bundle, 'config.json');
  if (!existsSync(bundle)) throw new RunlxcError(`chdir ${bundle}: no such file or directory`);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new RunlxcError(`JSON specification file ${file} not found`);
    throw error;
  }
  const spec = withRealNamespaces(parseAs<Spec>(text, file, specShape));
  checkSpec(spec, bundle);
  return spec;
}

/** Reads a config.json that was checked when it was copied. */
export function readSpecCopy(file: string): Spec {
  return withoutNulls(parseJson(readFileSync(file, 'utf8'))) as Spec;
}

/** Parses the process of an `exec --process FILE`. */
export function loadProcess(file: string): Process {
  return parseAs<Process>(readFileSync(file, 'utf8'), file, processShape);
}

/** Parses the resources of an `update`. @param origin for errors */
export function parseResources(text: string, origin: string): Resources {
  return parseAs<Resources>(text, origin, resourcesShape);
}

function parseAs<T>(text: string, origin: string, shape: Parameters<typeof checkShape>[1]): T {
  let value: unknown;
  try {
    value = parseJson(text);
    checkShape(value, shape, '');
  } catch (error) {
    throw new RunlxcError(`${origin}: ${(error as Error).message}`, { cause: error });
  }
  return withoutNulls(value) as T;
}

/** Go encodes empty values as null. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutNulls(item)]));
}
