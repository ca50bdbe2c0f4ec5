/** A registry that breaks off or lies: the command reports it, nothing is kept, and the next pull works. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ErrorCode } from '../../hooks/errors.ts';
import { layerTar, writeImageArchive } from '../../scripts/lib/imageArchive.ts';
import { type Fault, FaultyProxy } from '../support/FaultyProxy.ts';
import { someOf } from '../support/someOf.ts';
import { TestRegistry } from '../support/TestRegistry.ts';
import { useDaemon } from '../support/useDaemon.ts';
import { assertSteady, baseline } from './support/bad-input/steady.ts';

interface Row {
  title: string;
  /** Of requests for blobs; manifests are passed on. */
  blobs?: Fault;
  /** Of requests for manifests. */
  manifests?: Fault;
  code: ErrorCode;
}

const rows: Row[] = [
  {
    title: 'drops the line in the middle of a layer, each time',
    blobs: { cutAfter: 0 },
    code: 'PCH_REGISTRY_UNREACHABLE',
  },
  { title: 'serves other bytes than the digest says', blobs: { corrupt: true }, code: 'PCH_DIGEST_MISMATCH' },
  { title: 'has no such image', manifests: { status: 404 }, code: 'PCH_IMAGE_NOT_FOUND' },
  { title: 'lets nobody in', manifests: { status: 403 }, code: 'PCH_REGISTRY_DENIED' },
  { title: 'fails', manifests: { status: 500, body: 'out of order' }, code: 'PCH_REGISTRY_FAILED' },
  {
    title: 'responds with a web page',
    manifests: { status: 200, body: '<html>' },
    code: 'PCH_IMAGE_INVALID',
  },
];

describe('pouch pull of a registry that', function () {
  this.timeout(60_000);
  const daemon = useDaemon();
  let registry: TestRegistry;
  let proxy: FaultyProxy;
  let dir: string;
  let first: string[];

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'pouch-archives-'));
    registry = await TestRegistry.start();
    proxy = await FaultyProxy.start(registry.host);
    first = await baseline(daemon.it);
  });

  after(async () => {
    await Promise.all([proxy?.stop(), registry?.stop()]);
    await rm(dir, { recursive: true });
  });

  /** Makes an image that is not in the content store; returns its reference at the proxy. */
  async function newImage(): Promise<string> {
    const name = `image-${randomBytes(4).toString('hex')}:1`;
    const layers = [await layerTar([{ path: 'file', content: randomBytes(1 << 20) }])];
    const archive = join(dir, name.replace(':', '-'));
    await writeImageArchive(archive, { reference: `example.org/${name}`, layers });
    await registry.push(`oci-archive:${archive}`, name);
    return `${proxy.host}/${name}`;
  }

  for (const { title, blobs, manifests, code } of someOf(rows))
    it(`${title} ends with ${code}`, async () => {
      const image = await newImage();
      proxy.fault = ({ path }) =>
        path.includes('/blobs/') ? blobs : path.includes('/manifests/') ? manifests : undefined;
      const { exitCode, stderr } = await daemon.pouch('pull', image);
      assert.match(stderr, new RegExp(`^hint: .+\ncode: ${code}$`, 'm'));
      assert.equal(exitCode, 1);
      await assertSteady(daemon.it, first);
      proxy.fault = () => undefined;
      await daemon.ok('pull', image);
      await daemon.ok('rmi', image);
      await assertSteady(daemon.it, first);
    });

  it('is cut once resumes where it was, and the pull succeeds', async () => {
    const image = await newImage();
    let cuts = 1;
    proxy.fault = ({ path }) => (path.includes('/blobs/') && cuts-- > 0 ? { cutAfter: 100 } : undefined);
    await daemon.ok('pull', image);
    await daemon.ok('rmi', image);
  });
});
