import { ClientError } from '../../client/index.ts';
import type { ContainerCreateRequest, ContainerCreateResponse } from '../../client/index.ts';
import { pullImage } from '../images/pullImage.ts';
import { invalidOption } from '../errors.ts';
import { withDefaultTag } from '../parse/reference.ts';
import type { Session } from '../session.ts';
import type { CreateFlags } from './runFlags.ts';
import { reserveIdFile } from './idFile.ts';

const pullPolicies = ['always', 'missing', 'never'];

/** Creates a container; pulls the image first where the policy says so. Prints the daemon's warnings. */
export async function createContainer(
  session: Session,
  body: ContainerCreateRequest,
  flags: CreateFlags,
): Promise<ContainerCreateResponse> {
  const policy = flags.pull ?? 'missing';
  if (!pullPolicies.includes(policy)) throw invalidOption('--pull', pullPolicies.join(', '), policy);
  const idFile = flags.cidfile === undefined ? undefined : reserveIdFile(flags.cidfile);
  try {
    if (policy === 'always') await pull(session, body, flags);
    const created = await createOrPull(session, body, flags);
    idFile?.write(created.Id);
    for (const warning of created.Warnings ?? []) session.warn(`WARNING: ${warning}`);
    return created;
  } finally {
    idFile?.close();
  }
}

async function createOrPull(session: Session, body: ContainerCreateRequest, flags: CreateFlags) {
  const query = {
    ...(flags.name !== undefined && { name: flags.name }),
    ...(flags.platform !== undefined && { platform: flags.platform }),
  };
  try {
    return await session.client.containers.create(body, query);
  } catch (error) {
    if (flags.pull !== 'missing' || !isMissingImage(error)) throw error;
    if (!flags.quiet) session.warn(`Unable to find image '${withDefaultTag(body.Image ?? '')}' locally`);
  }
  await pull(session, body, flags);
  return session.client.containers.create(body, query);
}

/** Docker's servers tell it only in the text. */
function isMissingImage(error: unknown): boolean {
  if (!(error instanceof ClientError) || error.status !== 404) return false;
  return error.code === 'PCH_IMAGE_NOT_FOUND' || /^No such image/i.test(error.message);
}

async function pull(session: Session, body: ContainerCreateRequest, flags: CreateFlags): Promise<void> {
  await pullImage(session, body.Image ?? '', {
    quiet: flags.quiet === true,
    stream: session.terminal.stderr,
    ...(flags.platform !== undefined && { platform: flags.platform }),
  });
}
