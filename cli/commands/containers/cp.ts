import { parseEnd } from '../../copy/copyPaths.ts';
import { type CopyFlags, fromContainer } from '../../copy/fromContainer.ts';
import { toContainer } from '../../copy/toContainer.ts';
import { CliError } from '../../errors.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<source>', 'CONTAINER:PATH, a path of the host, or - for a tar archive on STDIN')
    .argument('<destination>', 'The same; - writes a tar archive to STDOUT')
    .option('-a, --archive', 'Into a container: its user owns the files. Out of it: owners are kept')
    .option('-L, --follow-link', 'Follow the symbolic link that the source is')
    .option('-q, --quiet', 'Suppress the line at the end')
    .addHelpText(
      'after',
      `
A source DIRECTORY/. is the content of the directory. A destination that is an existing directory gets the source below
it; otherwise it is the name of the copy, whose directory exists. The container need not run.`,
    )
    .action(async (source: string, destination: string, flags: CopyFlags) => {
      await copy(session, source, destination, flags);
      if (!flags.quiet && destination !== '-') session.warn(`Successfully copied to ${destination}`);
    });
}

async function copy(session: Session, source: string, destination: string, flags: CopyFlags): Promise<void> {
  const [from, to] = [parseEnd(source), parseEnd(destination)];
  if (from.container !== undefined && to.container !== undefined)
    throw invalid(
      'copying between containers is not supported',
      'copy to the host first, or pipe: pouch cp A:PATH - | pouch cp - B:PATH',
    );
  if (from.container !== undefined)
    await fromContainer(session, { container: from.container, path: from.path || '/' }, to.path, flags);
  else if (to.container !== undefined)
    await toContainer(session, from.path, { container: to.container, path: to.path || '/' }, flags);
  else throw invalid('must specify at least one container source', 'write CONTAINER:PATH for one of the two');
}

function invalid(message: string, hint: string): CliError {
  return new CliError('PCH_OPTION_INVALID', message, hint);
}
