import { createHash } from 'node:crypto';
import { namedFile, type LoadOptions } from './load.ts';
import { messageOf } from '../hooks/errors.ts';
import { resolve } from 'node:path';
import { defaultFile } from './source/file.ts';
import { readConfigFiles } from './source/files.ts';

/** What the files say, valid or not: another digest means that they have changed. */
export function digestOfFiles(options: LoadOptions): string {
  const hash = createHash('sha256');
  try {
    for (const { file, text } of readConfigFiles(namedFile(options))?.texts ?? [])
      hash.update(JSON.stringify([file, text]));
  } catch (error) {
    hash.update(messageOf(error));
  }
  return hash.digest('hex');
}

/** Absolute path of the main file, which may be missing. */
export function mainFile(options: LoadOptions): string {
  return resolve(namedFile(options) ?? defaultFile);
}
