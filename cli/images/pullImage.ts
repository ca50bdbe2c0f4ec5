import { splitReference } from '../parse/reference.ts';
import type { Session } from '../Session.ts';
import { showProgress } from './showProgress.ts';
import { storedAuth } from '../registry/credentials.ts';
import { registryOf } from '../registry/registryOf.ts';

export interface PullFlags {
  quiet: boolean;
  /** Stream for progress. */
  stream: NodeJS.WriteStream;
  platform?: string;
  /** All tags of the repository. */
  allTags?: boolean;
}

/** Pulls an image and shows the progress. */
export async function pullImage(session: Session, reference: string, flags: PullFlags): Promise<void> {
  const { name, tag } = splitReference(reference);
  const auth = await storedAuth(registryOf(name), session.terminal.env);
  const progress = await session.client.images.pull({
    name,
    ...(!flags.allTags && { tag: tag ?? 'latest' }),
    ...(flags.platform !== undefined && { platform: flags.platform }),
    ...(auth && { auth }),
  });
  await showProgress(progress, { stream: flags.stream, quiet: flags.quiet });
}
