import { posix } from 'node:path';
import type { Readable } from 'node:stream';
import { CliError } from '../errors.ts';
import type { Session } from '../Session.ts';
import { type CopyTarget, planCopy, splitEntry } from './copyPaths.ts';
import type { CopyFlags } from './fromContainer.ts';
import { goModes } from './goModes.ts';
import { findLocal, packLocal } from './packLocal.ts';

/** Copies files of the host, or a tar archive from stdin (`-`), into a container. */
export async function toContainer(
  session: Session,
  source: string,
  { container, path }: { container: string; path: string },
  flags: CopyFlags,
): Promise<void> {
  const target = await findTarget(session, container, path);
  const { directory, tar } =
    source === '-'
      ? fromStdin(session, target, `${container}:${path}`)
      : await fromHost(source, target, flags);
  await session.client.copies.extract(container, tar, {
    path: directory,
    noOverwriteDirNonDir: true,
    copyUIDGID: flags.archive === true,
  });
}

/** A link is followed once, as docker does: where it leads to need not exist. */
async function findTarget(session: Session, container: string, path: string): Promise<CopyTarget> {
  const { copies } = session.client;
  const found = await copies.stat(container, path).catch(() => undefined);
  if (!found) return { path };
  if ((found.mode & goModes.link) === 0)
    return { path, found: { isDirectory: (found.mode & goModes.directory) !== 0 } };
  const at = found.linkTarget.startsWith('/')
    ? found.linkTarget
    : posix.join(splitEntry(path).directory, found.linkTarget);
  const behind = await copies.stat(container, at).catch(() => undefined);
  return { path: at, ...(behind && { found: { isDirectory: (behind.mode & goModes.directory) !== 0 } }) };
}

function fromStdin(
  session: Session,
  { path, found }: CopyTarget,
  shown: string,
): { directory: string; tar: Readable } {
  const { stdin } = session.terminal;
  if (!found?.isDirectory)
    throw new CliError(
      'PCH_OPTION_INVALID',
      `destination "${shown}" must be a directory`,
      'name an existing directory of the container',
    );
  if (stdin.isTTY)
    throw new CliError(
      'PCH_OPTION_INVALID',
      'expected a tar archive on stdin, found a terminal',
      'redirect stdin',
    );
  return { directory: path, tar: stdin };
}

async function fromHost(
  source: string,
  target: CopyTarget,
  flags: CopyFlags,
): Promise<{ directory: string; tar: Readable }> {
  try {
    const local = await findLocal(source, { follow: flags.followLink === true });
    const { directory, rename } = planCopy(local, target);
    return { directory, tar: packLocal(local, rename) };
  } catch (error) {
    throw new CliError(
      'PCH_OPTION_INVALID',
      `${source}: ${(error as Error).message}`,
      'check both paths: pouch cp --help',
    );
  }
}
