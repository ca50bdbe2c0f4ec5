import { createReadStream } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { CliError } from '../../errors.ts';
import type { Terminal } from '../../Session.ts';
import { loadTar } from '../examine/loadTar.ts';
import { decompressed } from './decompressed.ts';
import { downloaded } from './downloaded.ts';
import { directorySource } from './directorySource.ts';
import { optionError } from '../../../client/options/OptionError.ts';
import { diskSource } from './diskSource.ts';
import { isDisk } from './isDisk.ts';
import { refuseDiskFlags } from './refuseDiskFlags.ts';
import { sshSource } from './sshSource.ts';
import type { Report, RootfsSource, SourceFlags } from './rootfsSource.ts';

/**
 * Returns the source that the argument names: `-`, a tar, a directory, a disk image or a host.
 * @throws PCH_OPTION_INVALID, and the errors of disk images
 */
export async function openSource(
  { stdin }: Terminal,
  name: string,
  flags: SourceFlags,
  report: Report,
): Promise<RootfsSource> {
  const isUrl = /^https?:\/\//.test(name);
  if (name === '-' || isUrl) checkHostFlags(flags);
  if (name === '-') return tarSource(flags, () => piped(stdin));
  if (isUrl) return tarSource(flags, () => Readable.from(downloaded(name)));
  if (name.startsWith('ssh://')) return sshSource(name, flags);
  checkHostFlags(flags);
  if ((await look(name)).isDirectory()) {
    refuseDiskFlags(flags, 'a directory');
    return directorySource(name, flags.exclude);
  }
  if (await isDisk(name)) return diskSource(name, flags, report);
  return tarSource(flags, () => createReadStream(name));
}

async function look(name: string) {
  try {
    const found = await stat(name);
    await readable(name, found.isDirectory());
    return found;
  } catch (error) {
    throw invalidSource(
      name,
      (error as Error).message,
      'use a tar, a directory, a disk image, or - for stdin',
    );
  }
}

/** Opens it, so that a file that cannot be read is an error before anything is sent. */
async function readable(name: string, isDirectory: boolean): Promise<void> {
  if (isDirectory) return;
  let file: FileHandle | undefined;
  try {
    file = await open(name);
  } finally {
    await file?.close();
  }
}

function checkHostFlags({ staging, final, sudo }: SourceFlags): void {
  const given = { '--staging': staging !== undefined, '--final': final === true, '--sudo': sudo === true };
  for (const [flag, isGiven] of Object.entries(given))
    if (isGiven) throw optionError(flag, 'expected ssh://HOST as SOURCE', 'leave it out');
}

function tarSource(flags: SourceFlags, make: () => Readable): RootfsSource {
  refuseDiskFlags(flags, 'a tar');
  if (flags.exclude.length > 0)
    throw optionError(
      '--exclude',
      'expected a directory or a disk image as SOURCE, found a tar',
      'leave it out',
    );
  return {
    tar: () => Promise.resolve(make()),
    examine: async () => ({ tree: await loadTar(await decompressed(make())) }),
    close: () => Promise.resolve(),
  };
}

function piped(stdin: NodeJS.ReadStream): Readable {
  if (!stdin.isTTY) return stdin;
  const hint = 'redirect stdin, or name a file';
  throw new CliError('PCH_OPTION_INVALID', 'expected a tar on stdin, found a terminal', hint);
}

function invalidSource(name: string, why: string, hint: string): CliError {
  return new CliError('PCH_OPTION_INVALID', `SOURCE: cannot read "${name}": ${why}`, hint);
}
