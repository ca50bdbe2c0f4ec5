import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const digestBytes = 32;

/** The path of the code cache of a program. */
export function cacheOf(program: string): string {
  return `${program}.cache`;
}

/**
 * Returns the code cache of a program for V8; undefined if it does not exist, is damaged, or belongs to another source
 * or another Node. V8 itself compares only its version, its flags and the length of the source, so that it would run
 * old code or crash.
 */
export function readCache(program: string, source: Buffer): Buffer | undefined {
  const file = readIfPossible(cacheOf(program));
  const data = file?.subarray(digestBytes);
  return file && data && digestOf(source, data).equals(file.subarray(0, digestBytes)) ? data : undefined;
}

/** Returns the content of a cache file. */
export function sealed(source: Buffer, data: Buffer): Buffer {
  return Buffer.concat([digestOf(source, data), data]);
}

function digestOf(source: Buffer, data: Buffer): Buffer {
  const { version, arch } = process;
  return createHash('sha256')
    .update(`${version} ${arch} ${source.length}\n`)
    .update(source)
    .update(data)
    .digest();
}

function readIfPossible(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
