import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import plugin from '../../../examples/folder-images/folder-images.ts';
import type { ImageSource, PluginContext } from '../../../hooks/index.ts';
import { layerTar, writeImageArchive } from '../../../scripts/lib/imageArchive.ts';

interface Manifest {
  layers: { digest: string; size: number; mediaType: string }[];
}

describe('examples/folder-images', () => {
  const root = mkdtempSync(join(tmpdir(), 'folder-images-'));
  const context = { signal: new AbortController().signal };
  const of = { reference: 'folder.local/team/app:1', repository: 'folder.local/team/app' };
  let source!: ImageSource;

  before(async () => {
    const layer = await layerTar([{ path: 'hello', content: 'hello' }]);
    await writeImageArchive(join(root, 'app.tar'), { reference: of.reference, layers: [layer] });
    mkdirSync(join(root, 'team/app'), { recursive: true });
    await execa('tar', ['-xf', join(root, 'app.tar'), '-C', join(root, 'team/app')]);
    const options = { root, domain: 'folder.local' };
    const setup = plugin.setup as (given: Partial<PluginContext>) => void;
    setup({ options, imageSource: (given: ImageSource) => (source = given) });
  });
  after(() => rmSync(root, { recursive: true, force: true }));

  it('is asked for references of its domain only', () => {
    assert.deepEqual(source.references, ['folder.local/*']);
  });

  it('has a manifest by tag and by digest, and the rest of a blob', async () => {
    const found = await source.manifest!({ ...of, tag: '1' }, context);
    assert.equal(found?.mediaType, 'application/vnd.oci.image.manifest.v1+json');
    const [layer] = (JSON.parse(Buffer.from(found.bytes).toString()) as Manifest).layers;
    const whole = await buffer((await source.blob!({ ...of, ...layer!, offset: 0 }, context))!);
    assert.equal(whole.length, layer!.size);
    const rest = await buffer((await source.blob!({ ...of, ...layer!, offset: 7 }, context))!);
    assert.deepEqual(rest, whole.subarray(7));
    const byDigest = await source.manifest!({ ...of, digest: layer!.digest }, context);
    assert.deepEqual(byDigest?.bytes, whole);
  });

  it('does not have other tags, repositories and blobs', async () => {
    const digest = `sha256:${'0'.repeat(64)}`;
    assert.equal(await source.manifest!({ ...of, tag: '2' }, context), undefined);
    assert.equal(
      await source.manifest!({ ...of, repository: 'folder.local/x', tag: '1' }, context),
      undefined,
    );
    assert.equal(await source.manifest!({ ...of, digest }, context), undefined);
    const blob = { ...of, digest, size: 1, mediaType: 'x', offset: 0 };
    assert.equal(await source.blob!(blob, context), undefined);
  });
});
