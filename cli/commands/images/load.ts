import { once } from 'node:events';
import { createReadStream, statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { CliError } from '../../errors.ts';
import { showProgress } from '../../images/showProgress.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .option('-i, --input <file>', 'Read from tar archive file, instead of STDIN')
    .option('-q, --quiet', 'Suppress the load output')
    .action(async (flags: { input?: string; quiet?: boolean }) => {
      const quiet = flags.quiet === true;
      const archive = await openArchive(session, flags.input);
      const progress = await session.client.images.load(archive, { quiet });
      await showProgress(progress, { stream: session.terminal.stdout, quiet: false });
    });
}

async function openArchive(session: Session, path: string | undefined): Promise<Readable> {
  const { stdin } = session.terminal;
  if (path === undefined) {
    if (!stdin.isTTY) return stdin;
    throw new CliError(
      'PCH_OPTION_INVALID',
      'expected a tar archive on stdin, found a terminal',
      'use -i FILE, or redirect stdin',
    );
  }
  const file = createReadStream(path);
  try {
    if (statSync(path).isDirectory()) throw new Error('is a directory');
    await once(file, 'open');
  } catch (error) {
    throw new CliError(
      'PCH_OPTION_INVALID',
      `-i, --input: cannot read "${path}": ${(error as Error).message}`,
      'use an archive written by `pouch save` or `docker save`',
    );
  }
  return file;
}
