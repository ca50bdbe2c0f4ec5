/** The gateway's host key: made once, and kept, so that clients know the gateway again. */
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, PouchError } from '../../hooks/index.ts';
import type { Library } from './library.ts';

/** Returns the private key in `directory`. A start that was interrupted leaves no half of a key. @throws PCH_LISTEN */
export function hostKey(directory: string, { utils }: Library): string {
  const path = join(directory, 'host_key');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const found = read(path);
  if (found !== undefined) return checked(found, path, utils);
  const fresh = `${path}.${process.pid}`;
  rmSync(fresh, { force: true });
  try {
    const { private: text } = utils.generateKeyPairSync('ed25519');
    writeFileSync(fresh, text, { mode: 0o600, flag: 'wx', flush: true });
    // Never replaces one.
    linkSync(fresh, path);
    return text;
  } finally {
    rmSync(fresh, { force: true });
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unusable(path, messageOf(error));
  }
}

/** A new key in its place would look like an attack to clients. */
function checked(text: string, path: string, utils: Library['utils']): string {
  const key = utils.parseKey(text);
  if (key instanceof Error) throw unusable(path, 'found another text');
  return text;
}

function unusable(path: string, problem: string): PouchError {
  return new PouchError(
    'PCH_LISTEN',
    `expected the private host key of the ssh gateway in ${path}: ${problem}`,
    {
      hint: 'restore the file; without it the next start makes a new key, and clients warn of it',
    },
  );
}
