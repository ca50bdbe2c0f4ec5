import { chmod, chown, realpath, rm, stat } from 'node:fs/promises';
import type { ChangedFile } from '../config/index.ts';
import { writeDurably } from './state/durable.ts';

/** A file with settings may have secrets in the options of plugins. */
const newFileMode = 0o600;

/**
 * Gives the configuration file another text at once, with its owner and mode; a link to it stays. Without a text it is
 * removed.
 */
export async function replaceConfigFile({ file }: ChangedFile, text: string | undefined): Promise<void> {
  if (text === undefined) return await rm(file, { force: true });
  const path = await realpath(file).catch(() => file);
  const found = await stat(path).catch(() => undefined);
  await writeDurably(path, text, found ? found.mode & 0o7777 : newFileMode);
  if (!found) return;
  await chown(path, found.uid, found.gid);
  await chmod(path, found.mode & 0o7777);
}
