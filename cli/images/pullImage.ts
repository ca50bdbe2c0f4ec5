import { splitReference } from '../parse/reference.ts';
import type { Session } from '../Session.ts';
import { showProgress } from './showProgress.ts';
import { registryAuth } from './registryAuth.ts';

export interface PullFlags {
  quiet: boolean;
  /** Stream for progress. */
  stream: NodeJS.WriteStream;
  platform?: string;
}

/** Pulls an image and shows the progress. */
export async function pullImage(session: Session, reference: string, flags: PullFlags): Promise<void> {
  const { name, tag = 'latest' } = splitReference(reference);
  const auth = registryAuth(name, session.terminal.env);
  const progress = await session.client.images.pull({
    name,
    tag,
    ...(flags.platform !== undefined && { platform: flags.platform }),
    ...(auth && { auth }),
  });
  await showProgress(progress, { stream: flags.stream, quiet: flags.quiet });
}
