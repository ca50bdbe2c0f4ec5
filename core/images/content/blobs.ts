/**
 * Manifests and configurations in containerd's content store, whose files a host crash or a failing disk can damage.
 */
import { createHash } from 'node:crypto';
import type { ContainerdClient } from '../../containerd/ContainerdClient.ts';
import type { ContentClient } from '../../containerd/api/ContentClient.ts';
import { labelledRefs } from '../../containerd/api/gcLabels.ts';
import { ifFound } from '../../containerd/rpc/gone.ts';
import { hasCode, PouchError } from '../../../hooks/errors.ts';
import { isDigest } from './reference.ts';

/** Milliseconds that containerd's garbage collector may take. */
const collectWithinMs = 300_000;

/**
 * Reads a small blob and verifies its digest, which containerd does only when it writes. Returns undefined if the
 * blob is not on the host.
 * @throws PCH_IMAGE_DAMAGED
 */
export async function readBlob(content: ContentClient, digest: string): Promise<Buffer | undefined> {
  if (!isDigest(digest)) throw damaged(digest || '(none)', 'expected a digest');
  const bytes = await stored(content, digest);
  if (bytes && digestOf(bytes, digest) !== digest)
    throw damaged(digest, `its ${bytes.length} bytes do not match the digest`);
  return bytes;
}

/**
 * Deletes a damaged blob so that it can be written again: containerd keeps what exists under a digest, whatever it
 * contains. The lease keeps what the blob refers to, which is not damaged.
 */
export async function dropDamaged(client: ContainerdClient, digest: string, lease: string): Promise<void> {
  if (await isSound(client.content, digest)) return;
  const { labels } = await client.content.info(digest);
  for (const { type, id } of labelledRefs(labels)) await client.leases.addResource(lease, { type, id });
  await client.content.delete(digest);
  await collect(client);
}

/** Returns the digest of the config of an unreadable manifest, from the label that keeps the config. */
export async function labelledConfig(content: ContentClient, digest: string): Promise<string | undefined> {
  if (!isDigest(digest)) return undefined;
  const info = await ifFound(content.info(digest));
  return labelledRefs(info?.labels ?? {}).find(({ name }) => name === 'config')?.id;
}

async function stored(
  content: ContentClient,
  digest: string,
  { isAgain = false } = {},
): Promise<Buffer | undefined> {
  try {
    return await content.readAll(digest);
  } catch (error) {
    if (hasCode(error, 'PCH_CONTAINERD_NOT_FOUND')) {
      if (!(await ifFound(content.info(digest)))) return undefined;
      if (isAgain) throw damaged(digest, 'its file is lost', error);
      // Another pull may have stored it after this look at its file.
      return await stored(content, digest, { isAgain: true });
    }
    if (hasCode(error, 'PCH_CONTAINERD_FAILED', 'PCH_CONTENT_TOO_LARGE'))
      throw damaged(digest, error.message, error);
    throw error;
  }
}

async function isSound(content: ContentClient, digest: string): Promise<boolean> {
  try {
    await readBlob(content, digest);
    return true;
  } catch (error) {
    if (hasCode(error, 'PCH_IMAGE_DAMAGED')) return false;
    throw error;
  }
}

/**
 * Removes the file of a deleted blob, which containerd would use for the next blob with that digest. Waits for two
 * collections, because the first may have begun before the deletion.
 */
async function collect({ leases }: ContainerdClient): Promise<void> {
  for (let round = 0; round < 2; round++) {
    const { id } = await leases.create({});
    await leases.delete(id, { sync: true, deadlineMs: collectWithinMs });
  }
}

function digestOf(bytes: Uint8Array, digest: string): string {
  const [algorithm = ''] = digest.split(':');
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}

function damaged(digest: string, why: string, cause?: unknown): PouchError {
  return new PouchError('PCH_IMAGE_DAMAGED', `blob ${digest} is damaged: ${why}`, {
    hint: 'pull or load the image again',
    ...(cause !== undefined && { cause }),
  });
}
