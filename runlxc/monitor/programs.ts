/** Paths of the native programs, which are installed beside the running executable. */
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { RunlxcError } from '../cli/error.ts';

export const initPath = (): string => find('runlxc-init');
export const monitorPath = (): string => find('runlxc-monitor');

/** The directory of the compiled executable; when run from source, the project's bin/. */
function find(name: string): string {
  const folders = [dirname(realpathSync(process.execPath)), join(import.meta.dirname ?? '', '../../bin')];
  const found = folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
  if (found !== undefined) return found;
  throw new RunlxcError(
    `${name} not found beside runlxc: build it with "npm run build", which needs gcc and Debian's lxc-dev, libseccomp-dev`,
  );
}
