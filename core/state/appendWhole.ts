import { fstatSync, ftruncateSync, writeSync } from 'node:fs';

/**
 * Appends all of the text to an open file, or nothing: a full disk leaves no incomplete line.
 * @throws the system's error, such as ENOSPC
 */
export function appendWhole(file: number, text: string | Buffer): void {
  const before = fstatSync(file).size;
  const data = typeof text === 'string' ? Buffer.from(text) : text;
  try {
    for (let done = 0; done < data.length;) done += writeSync(file, data, done);
  } catch (error) {
    ftruncateSync(file, before);
    throw error;
  }
}
