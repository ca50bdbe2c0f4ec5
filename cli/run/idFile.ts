import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { CliError } from '../errors.ts';

/** The file of `--cidfile`, open until the container has an id. */
export interface IdFile {
  write(id: string): void;
  /** Removes the file if no id was written. */
  close(): void;
}

/** Creates the file. @throws PCH_OPTION_INVALID if it exists or cannot be created */
export function reserveIdFile(path: string): IdFile {
  const descriptor = openNew(path);
  let written = false;
  return {
    write(id) {
      writeSync(descriptor, id);
      written = true;
    },
    close() {
      closeSync(descriptor);
      if (!written) rmSync(path, { force: true });
    },
  };
}

function openNew(path: string): number {
  try {
    return openSync(path, 'wx', 0o644);
  } catch (error) {
    const exists = (error as NodeJS.ErrnoException).code === 'EEXIST';
    const reason = exists ? 'file exists' : (error as Error).message;
    throw new CliError('PCH_OPTION_INVALID', `--cidfile: cannot create "${path}": ${reason}`);
  }
}
