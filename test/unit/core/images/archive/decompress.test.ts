import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { compressionOf, decompressed } from '../../../../../core/images/archive/decompress.ts';
import { decompressByTool } from '../../../../../core/images/archive/decompressByTool.ts';

/** "hello hello hello" by zstd 1.5. */
const zstd = Buffer.from('KLUv/QRYZQAAMGhlbGxvIAEAMUoRou0eDA==', 'base64');

/** The same by bzip2 1.0.8. */
const bzip2 = Buffer.from('QlpoOTFBWSZTWZ5iW/4AAAKRAEAAAkSgACEUYGaCke8jRwu5IpwoSE8xLf8A', 'base64');

describe('archives that may be compressed', () => {
  it('are recognized by their first bytes', () => {
    assert.equal(compressionOf(gzipSync('')), 'gzip');
    assert.equal(compressionOf(zstd), 'zstd');
    assert.equal(compressionOf(bzip2), 'bzip2');
    assert.equal(compressionOf(Buffer.from('BZh9.conf')), 'none');
    assert.equal(compressionOf(Buffer.from('plain')), 'none');
    assert.equal(compressionOf(Buffer.alloc(0)), 'none');
  });

  it('are read in pieces of any size', async () => {
    for (const bytes of [Buffer.from('hello hello hello'), gzipSync('hello hello hello'), zstd, bzip2]) {
      const pieces = [...bytes].map((byte) => Buffer.from([byte]));
      assert.equal((await buffer(await decompressed(Readable.from(pieces)))).toString(), 'hello hello hello');
    }
    assert.equal((await buffer(await decompressed(Readable.from([])))).length, 0);
  });

  it('fail at the reader when they are damaged', async () => {
    const broken = Buffer.concat([gzipSync('x'.repeat(1000)).subarray(0, 15), Buffer.from('broken')]);
    await assert.rejects(buffer(await decompressed(Readable.from([broken]))));
  });

  for (const [tool, packet] of [
    ['bzip2', 'bzip2'],
    ['xz', 'xz-utils'],
  ] as const)
    it(`name the tool that is missing on the host: ${tool}`, async () => {
      const reading = buffer(decompressByTool(tool, Readable.from([bzip2]), { root: '/no-such-host' }));
      await assert.rejects(reading, {
        code: 'PCH_TOOL_MISSING',
        hint: `install it: apt-get install ${packet}`,
      });
    });

  it('fail at the reader when the source fails', async () => {
    async function* failing() {
      yield Buffer.from('some bytes');
      await Promise.resolve();
      throw new Error('the client went away');
    }
    await assert.rejects(buffer(await decompressed(Readable.from(failing()))), /went away/);
  });
});
