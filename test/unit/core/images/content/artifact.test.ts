import assert from 'node:assert/strict';
import { parseArtifact } from '../../../../../core/images/content/artifact.ts';

const layer = { mediaType: 'application/x-tar', digest: `sha256:${'a'.repeat(64)}`, size: 7 };

function parsed(manifest: unknown) {
  return parseArtifact(Buffer.from(JSON.stringify(manifest)), 'host/name:1');
}

describe('the manifest of an artifact', () => {
  it('has one layer, of any media type', () => {
    assert.deepEqual(parsed({ schemaVersion: 2, layers: [layer] }), layer);
  });

  const refused: [string, unknown, RegExp][] = [
    ['an index', { manifests: [layer] }, /found an index/],
    ['no layers', { schemaVersion: 2 }, /found no list of layers/],
    ['two layers', { layers: [layer, layer] }, /expected one layer in artifact host\/name:1, found 2 layers/],
    ['a layer without a digest', { layers: [{ ...layer, digest: 'x' }] }, /invalid digest "x"/],
  ];
  for (const [what, manifest, message] of refused)
    it(`is refused with ${what}`, () => {
      assert.throws(() => parsed(manifest), { code: 'PCH_IMAGE_INVALID', message });
    });
});
