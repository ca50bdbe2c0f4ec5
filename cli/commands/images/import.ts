import { rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { ProgressStream } from '../../../client/index.ts';
import { progressView, showIn } from '../../images/showProgress.ts';
import { openSource } from '../../import/sources/openSource.ts';
import type { RootfsSource, SourceFlags } from '../../import/sources/rootfsSource.ts';
import type { ProgressView } from '../../output/progressView.ts';
import { splitReference } from '../../parse/reference.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import { collect } from '../../run/collect.ts';
import type { Session } from '../../Session.ts';

interface Flags extends SourceFlags {
  change: string[];
  message?: string;
  platform?: string;
  quiet?: boolean;
}

export function define(command: PouchCommand, session: Session): void {
  command
    .argument(
      '<source>',
      'Tar (also .gz, .xz, .zst), its URL, - for stdin, directory, disk image (raw, qcow2, vmdk, vdi), or ssh://[USER@]HOST[:PORT]',
    )
    .argument('[reference]', 'Name of the image: legacy:1')
    .option('-c, --change <instruction>', 'Apply a Dockerfile instruction to the image', collect, [])
    .option('--exclude <pattern>', 'Leave out files, but of a tar: /srv/data, *.iso', collect, [])
    .option('--partition <name>', 'Partition of a disk image, or VG/LV (default the only one with /etc)')
    .option('--subvolume <path>', 'Subvolume of btrfs (default the one with /etc): @')
    .option('--staging <directory>', 'Copy a host into this directory; without a name of an image, only that')
    .option('--final', 'Copy what has changed since, make the image, and remove the staging directory')
    .option('--sudo', 'Read the files of a host by sudo there')
    .option('-m, --message <text>', 'Set the comment of the image')
    .option('--platform <os/arch>', "Set the platform of the image (default the daemon's)")
    .option('-q, --quiet', 'Print the image ID only')
    .action((source: string, reference: string | undefined, flags: Flags) =>
      importFrom(session, source, reference, flags),
    );
}

async function importFrom(
  session: Session,
  name: string,
  reference: string | undefined,
  flags: Flags,
): Promise<void> {
  const view = progressView({ stream: session.terminal.stdout, quiet: flags.quiet === true });
  let source: RootfsSource | undefined;
  try {
    source = await openSource(session.terminal, name, flags, view.update);
    if (flags.staging !== undefined && !flags.final && reference === undefined) {
      await source.copy?.();
      session.print(
        `Copied to ${flags.staging}. Stop the services of the host, then run this again with --final and a name.`,
      );
      return;
    }
    await send(session, await source.tar(), reference, { ...flags, view });
    if (flags.final && flags.staging !== undefined) await rm(flags.staging, { recursive: true, force: true });
  } finally {
    view.end();
    await source?.close();
  }
}

async function send(
  session: Session,
  tar: Readable,
  reference: string | undefined,
  { change, message, platform, quiet = false, view }: Flags & { view: ProgressView },
): Promise<void> {
  let failure: Error | undefined;
  tar.once('error', (error) => (failure = error));
  try {
    const progress = await session.client.images.import(tar, {
      ...(reference !== undefined && nameOf(reference)),
      ...(message !== undefined && { message }),
      ...(platform !== undefined && { platform }),
      changes: change,
    });
    const last = { status: '' };
    await showIn(view, noting(progress, last));
    if (quiet) session.print(last.status);
  } catch (error) {
    // The daemon reports that the upload broke, the source reports why.
    throw failure ?? error;
  } finally {
    tar.destroy();
  }
}

/** The last message is the ID of the image. */
async function* noting(progress: ProgressStream, last: { status: string }): ProgressStream {
  for await (const message of progress) {
    last.status = message.status ?? last.status;
    yield message;
  }
}

function nameOf(reference: string): { name: string; tag: string } {
  const { name, tag = 'latest' } = splitReference(reference);
  return { name, tag };
}
