import assert from 'node:assert/strict';
import { parseConfig, parseManifest } from '../../../../../core/images/content/manifest.ts';
import { mediaTypes } from '../../../../../core/images/content/mediaTypes.ts';

const digest = `sha256:${'0'.repeat(64)}`;
const config = { mediaType: mediaTypes.ociConfig, digest, size: 2 };
const layer = { mediaType: mediaTypes.ociLayerGzip, digest, size: 10 };

function parse(value: unknown, mediaType: string = mediaTypes.ociManifest) {
  return parseManifest(Buffer.from(JSON.stringify(value)), mediaType, 'app:1');
}

describe('manifests', () => {
  it('reads a manifest', () => {
    assert.deepEqual(parse({ schemaVersion: 2, config, layers: [layer] }), {
      kind: 'manifest',
      config,
      layers: [layer],
    });
  });

  it('reads an index, with or without a media type', () => {
    const manifests = [
      { ...config, mediaType: mediaTypes.ociManifest, platform: { os: 'linux', architecture: 'arm' } },
    ];
    for (const type of [mediaTypes.ociIndex, mediaTypes.dockerIndex, 'application/json']) {
      assert.deepEqual(parse({ schemaVersion: 2, manifests }, type), { kind: 'index', manifests });
    }
  });

  const bad: Record<string, unknown> = {
    'a list': [],
    'a manifest without layers': { config },
    'a manifest without config': { layers: [] },
    'a config of another type (a Helm chart)': {
      config: { ...config, mediaType: 'application/vnd.cncf.helm.config.v1+json' },
      layers: [],
    },
    'a layer of an unknown type': { config, layers: [{ ...layer, mediaType: 'application/octet-stream' }] },
    'an invalid digest': { config: { ...config, digest: '../../etc/passwd' }, layers: [] },
    'a size below zero': { config: { ...config, size: -1 }, layers: [] },
    'too many layers': { config, layers: Array(501).fill(layer) },
    'the old schema 1': { schemaVersion: 1, fsLayers: [] },
  };
  for (const [what, value] of Object.entries(bad)) {
    it(`rejects ${what}`, () => assert.throws(() => parse(value), { code: 'PCH_IMAGE_INVALID' }));
  }

  it('rejects invalid JSON', () => {
    assert.throws(() => parseManifest(Buffer.from('<html>'), '', 'app:1'), { code: 'PCH_IMAGE_INVALID' });
  });

  it('reads a config, and rejects one without diff ids', () => {
    const bytes = Buffer.from(
      JSON.stringify({ architecture: 'amd64', rootfs: { type: 'layers', diff_ids: [digest] } }),
    );
    assert.equal(parseConfig(bytes, 'app:1').os, 'linux');
    assert.throws(() => parseConfig(Buffer.from('{}'), 'app:1'), { code: 'PCH_IMAGE_INVALID' });
  });
});
