import { ClientError } from '../../client/index.ts';
import type { ContainerCreateRequest, ContainerCreateResponse } from '../../client/index.ts';
import { pullImage } from '../images/pullImage.ts';
import { invalidOption } from '../errors.ts';
import { withDefaultTag } from '../parse/reference.ts';
import type { Session } from '../Session.ts';
import type { CreateFlags } from '../../client/options/runFlags.ts';
import { reserveIdFile } from './idFile.ts';

const pullPolicies = ['always', 'missing', 'never'];

/** Creates a container, pulls its image according to --pull, and prints the daemon's warnings. */
export async function createContainer(
  session: Session,
  body: ContainerCreateRequest,
  flags: CreateFlags,
): Promise<ContainerCreateResponse> {
  return withIdFile(session, flags, async (report) => {
    const created = await withImage(session, body, flags, (query) =>
      session.client.containers.create(body, query),
    );
    report(created);
    return created;
  });
}

/** Calls `create` with a function for the response: it writes the id to --cidfile and warnings to stderr. */
export async function withIdFile<T>(
  session: Session,
  flags: CreateFlags,
  create: (report: (created: ContainerCreateResponse) => void) => Promise<T>,
): Promise<T> {
  const idFile = flags.cidfile === undefined ? undefined : reserveIdFile(flags.cidfile);
  try {
    return await create(({ Id, Warnings }) => {
      idFile?.write(Id);
      for (const warning of Warnings ?? []) session.warn(`WARNING: ${warning}`);
    });
  } finally {
    idFile?.close();
  }
}

type PullingFlags = Pick<Partial<CreateFlags>, 'pull' | 'name' | 'platform' | 'quiet'>;

/**
 * Pulls the image according to --pull: before `create`, or once it fails because the image is missing, and then
 * retries.
 */
export async function withImage<T>(
  session: Session,
  body: Pick<ContainerCreateRequest, 'Image'>,
  flags: PullingFlags,
  create: (query: { name?: string; platform?: string }) => Promise<T>,
): Promise<T> {
  const policy = flags.pull ?? 'missing';
  if (!pullPolicies.includes(policy)) throw invalidOption('--pull', pullPolicies.join(', '), policy);
  const query = {
    ...(flags.name !== undefined && { name: flags.name }),
    ...(flags.platform !== undefined && { platform: flags.platform }),
  };
  if (policy === 'always') await pull(session, body, flags);
  try {
    return await create(query);
  } catch (error) {
    if (policy !== 'missing' || !isMissingImage(error)) throw error;
    if (!flags.quiet) session.warn(`Unable to find image '${withDefaultTag(body.Image ?? '')}' locally`);
  }
  await pull(session, body, flags);
  return create(query);
}

/** dockerd sends no code, so its message is matched. */
function isMissingImage(error: unknown): boolean {
  if (!(error instanceof ClientError) || error.status !== 404) return false;
  return error.code === 'PCH_IMAGE_NOT_FOUND' || /^No such image/i.test(error.message);
}

async function pull(
  session: Session,
  body: Pick<ContainerCreateRequest, 'Image'>,
  flags: PullingFlags,
): Promise<void> {
  await pullImage(session, body.Image ?? '', {
    quiet: flags.quiet === true,
    stream: session.terminal.stderr,
    ...(flags.platform !== undefined && { platform: flags.platform }),
  });
}
