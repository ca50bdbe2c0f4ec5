import { stat } from 'node:fs/promises';
import { posix, resolve } from 'node:path';
import { CliError } from '../errors.ts';
import type { Session } from '../Session.ts';
import { write } from '../streams/write.ts';
import { goModes } from './goModes.ts';
import { isContent, endsWithSlash, planCopy, splitEntry, type CopyPlan } from './copyPaths.ts';
import { extractLocal } from './extractLocal.ts';

export interface CopyFlags {
  archive?: boolean;
  followLink?: boolean;
  quiet?: boolean;
}

/** Copies files of a container to the host, or as a tar archive to stdout (`-`). */
export async function fromContainer(
  session: Session,
  { container, path }: { container: string; path: string },
  target: string,
  flags: CopyFlags,
): Promise<void> {
  const { copies } = session.client;
  const source = flags.followLink ? await followed(session, container, path) : { path };
  const { stat: found, body } = await copies.archive(container, source.path);
  if (target === '-') return await toStdout(session, body);
  const isDirectory = (found.mode & goModes.directory) !== 0;
  const plan = planFor({ ...source, isDirectory }, await findTarget(target));
  if (!(await findTarget(plan.directory)).found?.isDirectory) {
    body.destroy();
    throw new CliError(
      'PCH_OPTION_INVALID',
      `invalid output path: directory "${plan.directory}" does not exist`,
      'create the directory, or name another one',
    );
  }
  const onDevice = (name: string) => session.warn(`WARNING: ${name} is a device and is left out`);
  await extractLocal(body, { ...plan, keepOwners: flags.archive === true, onDevice });
}

/** A name that was a link stays the name of the copy. */
async function followed(
  session: Session,
  container: string,
  path: string,
): Promise<{ path: string; name?: string }> {
  const found = await session.client.copies.stat(container, path).catch(() => undefined);
  if (!found || (found.mode & goModes.link) === 0) return { path };
  const end = isContent(path) ? '/.' : endsWithSlash(path) ? '/' : '';
  const target = posix.join(found.linkTarget, end);
  return { path: target, name: splitEntry(path).base };
}

function planFor(
  { path, name, isDirectory }: { path: string; name?: string; isDirectory: boolean },
  target: { path: string; found?: { isDirectory: boolean } | undefined },
): CopyPlan {
  try {
    const plan = planCopy({ path, isDirectory }, target);
    if (name === undefined || plan.rename) return plan;
    return { ...plan, rename: { from: splitEntry(path).base, to: name } };
  } catch (error) {
    throw new CliError(
      'PCH_OPTION_INVALID',
      `${target.path}: ${(error as Error).message}`,
      'create the directory, or name another one',
    );
  }
}

async function findTarget(path: string): Promise<{ path: string; found?: { isDirectory: boolean } }> {
  const at = isContent(path) || endsWithSlash(path) ? `${resolve(path)}/` : resolve(path);
  const found = await stat(at).catch(() => undefined);
  return { path: at, ...(found && { found: { isDirectory: found.isDirectory() } }) };
}

async function toStdout(session: Session, body: AsyncIterable<Buffer>): Promise<void> {
  const { stdout } = session.terminal;
  if (stdout.isTTY)
    throw new CliError(
      'PCH_OPTION_INVALID',
      'expected a file or pipe on stdout, found a terminal',
      'redirect stdout',
    );
  for await (const chunk of body) await write(stdout, chunk);
}
