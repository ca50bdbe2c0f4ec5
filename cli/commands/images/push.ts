import { showProgress } from '../../images/showProgress.ts';
import { splitReference, withDefaultTag } from '../../parse/reference.ts';
import { storedAuth } from '../../registry/credentials.ts';
import { registryOf } from '../../registry/registryOf.ts';
import { invalidOption } from '../../errors.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

interface Flags {
  allTags?: boolean;
  quiet?: boolean;
}

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<name>', 'Name of the image: [HOST[:PORT]/]NAME[:TAG]')
    .option('-a, --all-tags', 'Push all tags of an image to the repository')
    .option('-q, --quiet', 'Suppress verbose output')
    .action((reference: string, flags: Flags) => push(session, reference, flags));
}

async function push(session: Session, reference: string, { allTags = false, quiet = false }: Flags) {
  const { name, tag } = splitReference(reference);
  if (allTags && tag !== undefined) throw invalidOption('--all-tags', 'a name without a tag', reference);
  const auth = await storedAuth(registryOf(name), session.terminal.env);
  const progress = await session.client.images.push({
    name,
    ...(!allTags && { tag: tag ?? 'latest' }),
    ...(auth && { auth }),
  });
  await showProgress(progress, { stream: session.terminal.stdout, quiet });
  if (quiet) session.print(allTags ? name : withDefaultTag(reference));
}
