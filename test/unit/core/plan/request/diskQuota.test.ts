import assert from 'node:assert/strict';
import { checkGrowth } from '../../../../../core/plan/request/diskQuota.ts';
import { requested } from '../support.ts';

describe('a disk quota', () => {
  it('is kept in the draft', async () => {
    assert.equal((await requested({ diskQuota: 64 << 20 })).diskQuota, 64 << 20);
    assert.equal((await requested({})).diskQuota, undefined);
  });

  it('is refused where it is too small, too large, or cannot be enforced', async () => {
    for (const diskQuota of [0, 1 << 20, 17 * 1024 ** 4])
      await assert.rejects(requested({ diskQuota }), { code: 'PCH_OPTION_INVALID', field: 'diskQuota' });
    const host = { noQuota: 'mkfs.ext4 is not installed' };
    await assert.rejects(requested({ diskQuota: 64 << 20 }, {}, {}, host), {
      code: 'PCH_NOT_SUPPORTED',
      message: /mkfs\.ext4 is not installed/,
    });
  });

  it('of a container that exists grows, and does not shrink', () => {
    const grow = (before: number | undefined, after: number | undefined) => () =>
      checkGrowth('id', before, after);
    for (const [before, after] of [[], [64 << 20], [64 << 20, 64 << 20], [64 << 20, 65 << 20]])
      assert.doesNotThrow(grow(before, after));
    assert.throws(grow(undefined, 64 << 20), { code: 'PCH_CONFLICT', field: 'diskQuota' });
    for (const after of [63 << 20, 17 * 1024 ** 4])
      assert.throws(grow(64 << 20, after), { code: 'PCH_OPTION_INVALID', field: 'diskQuota' });
  });
});
