import { splitReference } from '../../parse/reference.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import { collect } from '../../run/collect.ts';
import type { Session } from '../../Session.ts';

interface Flags {
  author?: string;
  change: string[];
  message?: string;
  pause: boolean;
}

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container>', 'Name or ID')
    .argument('[reference]', 'Name of the image: REPOSITORY[:TAG]')
    .option('-a, --author <text>', 'Author (e.g., "John Hannibal Smith <hannibal@a-team.com>")')
    .option('-c, --change <instruction>', 'Apply a Dockerfile instruction to the image', collect, [])
    .option('-m, --message <text>', 'Commit message')
    .option('-p, --pause', 'Freeze a running container while its files are copied', true)
    .addHelpText(
      'after',
      '\nVolumes and other mounts are not part of the image, nor are secrets of the environment.',
    )
    .action(async (container: string, reference: string | undefined, flags: Flags) => {
      const { author, change: changes, message, pause } = flags;
      const { Id } = await session.client.images.commit({
        container,
        ...(reference !== undefined && nameOf(reference)),
        ...(author !== undefined && { author }),
        ...(message !== undefined && { comment: message }),
        changes,
        pause,
      });
      session.print(Id);
    });
}

function nameOf(reference: string): { repo: string; tag: string } {
  const { name, tag = 'latest' } = splitReference(reference);
  return { repo: name, tag };
}
