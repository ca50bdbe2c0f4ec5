import assert from 'node:assert/strict';
import type { ContainerdClient } from '../../../../../core/containerd/ContainerdClient.ts';
import { dropDamaged, readBlob } from '../../../../../core/images/content/blobs.ts';
import { sha256 } from '../../../../../core/images/unpack/chainId.ts';
import { type ErrorCode, PouchError } from '../../../../../hooks/errors.ts';

const digest = sha256('{}');
const labels = {
  'containerd.io/gc.ref.content.config': 'sha256:config',
  'containerd.io/gc.ref.snapshot.overlayfs': 'sha256:chain',
  'containerd.io/distribution.source.docker.io': 'library/busybox',
};

/** A content store that has one blob, or fails to read it; `calls` records what changes it. */
function client(read: string, { isKnown = true } = {}) {
  const calls: unknown[][] = [];
  const notFound = new PouchError('PCH_CONTAINERD_NOT_FOUND', 'not found');
  const content = {
    readAll: () =>
      read.startsWith('PCH_')
        ? Promise.reject(new PouchError(read as ErrorCode, 'input/output error'))
        : Promise.resolve(Buffer.from(read)),
    info: () => (isKnown ? Promise.resolve({ labels }) : Promise.reject(notFound)),
    delete: (blob: string) => void calls.push(['delete blob', blob]),
  };
  const leases = {
    addResource: (lease: string, { type, id }: { type: string; id: string }) =>
      void calls.push(['hold', lease, type, id]),
    create: () => Promise.resolve({ id: 'short' }),
    delete: (id: string, { sync }: { sync: boolean }) => void calls.push(['delete lease', id, sync]),
  };
  return { it: { content, leases } as unknown as ContainerdClient, calls };
}

describe('blobs of images', () => {
  it('returns a sound blob, and undefined for one that does not exist', async () => {
    assert.equal((await readBlob(client('{}').it.content, digest))?.toString(), '{}');
    const absent = client('PCH_CONTAINERD_NOT_FOUND', { isKnown: false });
    assert.equal(await readBlob(absent.it.content, digest), undefined);
  });

  it('keeps a blob that another pull stores between two looks at it', async () => {
    const { it: host, calls } = client('{}');
    const { readAll } = host.content;
    let reads = 0;
    host.content.readAll = (blob) => {
      reads += 1;
      return reads === 1
        ? Promise.reject(new PouchError('PCH_CONTAINERD_NOT_FOUND', 'not found'))
        : readAll(blob);
    };
    await dropDamaged(host, digest, 'mine');
    assert.deepEqual([reads, calls], [2, []]);
  });

  const damages: Record<string, [string, RegExp]> = {
    'other bytes': ['{"a":1}', /its 7 bytes do not match the digest/],
    'no bytes': ['', /its 0 bytes do not match the digest/],
    'a lost file': ['PCH_CONTAINERD_NOT_FOUND', /its file is lost/],
    'a file that cannot be read': ['PCH_CONTAINERD_FAILED', /input\/output error/],
    'too many bytes': ['PCH_CONTENT_TOO_LARGE', /is damaged/],
  };
  for (const [what, [read, message]] of Object.entries(damages)) {
    it(`reports ${what} as damage, and deletes the blob but not what it refers to`, async () => {
      const { it: host, calls } = client(read);
      await assert.rejects(readBlob(host.content, digest), { code: 'PCH_IMAGE_DAMAGED', message });
      await dropDamaged(host, digest, 'mine');
      assert.deepEqual(calls.slice(0, 3), [
        ['hold', 'mine', 'content', 'sha256:config'],
        ['hold', 'mine', 'snapshots/overlayfs', 'sha256:chain'],
        ['delete blob', digest],
      ]);
      assert.deepEqual(calls.at(-1), ['delete lease', 'short', true]);
    });
  }

  it('deletes neither a sound blob nor one of an unreachable containerd', async () => {
    const sound = client('{}');
    await dropDamaged(sound.it, digest, 'mine');
    const away = client('PCH_CONTAINERD_UNAVAILABLE');
    await assert.rejects(dropDamaged(away.it, digest, 'mine'), { code: 'PCH_CONTAINERD_UNAVAILABLE' });
    assert.deepEqual([...sound.calls, ...away.calls], []);
  });

  it('reports a record without a valid digest as damage', async () => {
    await assert.rejects(readBlob(client('{}').it.content, ''), { code: 'PCH_IMAGE_DAMAGED' });
  });
});
