import { fstatSync, ftruncateSync, writeSync } from 'node:fs';

/**
 * Appends all of the text to an open file, or nothing: a disk that becomes full in the middle leaves no half line behind.
 * @throws the system's error, such as ENOSPC
 */
export function appendWhole(file: number, text: string): void {
  const before = fstatSync(file).size;
  const data = Buffer.from(text);
  try {
    for (let done = 0; done < data.length;) done += writeSync(file, data, done);
  } catch (error) {
    ftruncateSync(file, before);
    throw error;
  }
}
