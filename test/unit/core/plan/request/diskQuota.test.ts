import assert from 'node:assert/strict';
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
});
