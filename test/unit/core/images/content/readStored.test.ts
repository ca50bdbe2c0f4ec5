import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { readStored } from '../../../../../core/images/content/readStored.ts';

describe('stored blobs', () => {
  let root: string;
  let blobs: string;
  const signal = new AbortController().signal;
  const client = (at: string | undefined) =>
    ({
      introspection: {
        root: () => (at === undefined ? Promise.reject(new Error('away')) : Promise.resolve(at)),
      },

      content: {
        async *read() {
          yield Buffer.from('of the API');
        },
      },
    }) as unknown as Parameters<typeof readStored>[0];
  const read = async (digest: string, size: number, offset = 0, at: string | undefined = root) =>
    (await buffer(readStored(client(at), { digest, size }, offset, signal))).toString();

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'stored-'));
    blobs = join(root, 'io.containerd.content.v1.content/blobs/sha256');
    await mkdir(blobs, { recursive: true });
    await writeFile(join(blobs, 'aa'), 'of the directory');
    await symlink(join(blobs, 'aa'), join(blobs, 'bb'));
  });
  after(() => rm(root, { recursive: true }));

  it('are read from containerd’s directory, from any byte on', async () => {
    assert.equal(await read('sha256:aa', 16), 'of the directory');
    assert.equal(await read('sha256:aa', 16, 7), 'directory');
  });

  for (const [what, digest, size, at] of [
    ['whose size is another', 'sha256:aa', 17],
    ['that are missing there', 'sha256:cc', 16],
    ['that are links', 'sha256:bb', 16],
    ['whose digest is a path', 'sha256:../sha256/aa', 16],
    ['of a containerd whose directory does not exist here', 'sha256:aa', 16, '/nonexistent'],
  ] as const)
    it(`are read by the API ${what}`, async () => {
      assert.equal(await read(digest, size, 0, at ?? root), 'of the API');
    });

  it('are read by the API if containerd does not say where its directory is', async () => {
    const found = readStored(client(undefined), { digest: 'sha256:aa', size: 16 }, 0, signal);
    assert.equal((await buffer(found)).toString(), 'of the API');
  });
});
