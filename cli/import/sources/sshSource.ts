import { finished } from 'node:stream/promises';
import { conflictingOptions } from '../../../client/options/OptionError.ts';
import { CliError } from '../../errors.ts';
import { loadHost } from '../ssh/loadHost.ts';
import { otherMounts } from '../ssh/otherMounts.ts';
import { remoteCommand } from '../ssh/remoteCommand.ts';
import { type Copy, rsync } from '../ssh/rsync.ts';
import { parseSshTarget } from '../ssh/sshTarget.ts';
import { openStaging, type Staging } from '../staging.ts';
import { defaultExcludes } from './excludes.ts';
import { tarOfDirectory } from './directorySource.ts';
import { refuseDiskFlags } from './refuseDiskFlags.ts';
import type { RootfsSource, SourceFlags } from './rootfsSource.ts';
import { toolOutput } from './toolOutput.ts';

/**
 * A running host. Its files are copied twice, so that the second copy, of what has changed during the first, is short
 * and little changes meanwhile. A staging directory keeps the first copy for a later call.
 */
export async function sshSource(url: string, flags: SourceFlags): Promise<RootfsSource> {
  checkFlags(flags);
  const target = parseSshTarget(url);
  const mounts = await remoteCommand(target, 'cat /proc/mounts');
  const excludes = [...defaultExcludes, ...otherMounts(mounts, target.path), ...flags.exclude];
  const copy: Copy = { target, excludes, sudo: flags.sudo === true };
  let staging: Staging | undefined;
  const copyAll = async () => {
    requireRoot();
    staging ??= await openStaging(flags.staging);
    await copyTo(copy, staging.path);
    return staging.path;
  };
  return {
    copy: async () => void (await copyAll()),
    tar: async () => {
      const path = await copyAll();
      if (flags.staging === undefined) await copyTo(copy, path);
      return toolOutput(tarOfDirectory(path, []));
    },
    examine: () => loadHost(copy),
    close: async () => staging?.remove(),
  };
}

async function copyTo(copy: Copy, path: string): Promise<void> {
  const output = await toolOutput(rsync(copy, ['--delete', '--delete-excluded'], path));
  await finished(output.resume());
}

function checkFlags(flags: SourceFlags): void {
  const { staging, final } = flags;
  refuseDiskFlags(flags, 'a host');
  if (final && staging === undefined)
    throw conflictingOptions('--final needs --staging', 'name the directory of the first copy');
}

/** Only root can give files their owners. */
function requireRoot(): void {
  if (process.getuid?.() === 0) return;
  const hint =
    'run it with sudo, or pipe a tar: ssh root@HOST tar -C / --one-file-system -c . | pouch import - NAME';
  throw new CliError('PCH_IMPORT_FAILED', 'expected root, who can keep the owners of the copied files', hint);
}
