import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chainIds } from '../../../../../core/images/unpack/chainId.ts';

describe('chain ids', () => {
  it('are the diff id of the lowest layer, and a digest of both for each layer above (image-spec)', () => {
    const [a, b] = [`sha256:${'a'.repeat(64)}`, `sha256:${'b'.repeat(64)}`];
    const second = `sha256:${createHash('sha256').update(`${a} ${b}`).digest('hex')}`;
    assert.deepEqual(chainIds([a, b]), [a, second]);
    assert.deepEqual(chainIds([]), []);
  });
});
