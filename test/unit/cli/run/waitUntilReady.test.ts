import assert from 'node:assert/strict';
import { waitSeconds } from '../../../../cli/run/waitUntilReady.ts';
import type { RunFlags } from '../../../../client/options/runFlags.ts';

describe('run --wait', () => {
  const seconds = (flags: Partial<RunFlags>) => waitSeconds(flags as RunFlags);

  it('waits 300 seconds, or as long as --wait-timeout says', () => {
    assert.equal(seconds({}), undefined);
    assert.equal(seconds({ wait: true, detach: true }), 300);
    assert.equal(seconds({ wait: true, detach: true, waitTimeout: '5' }), 5);
  });

  it('is refused without -d, and --wait-timeout without --wait or as anything but seconds', () => {
    assert.throws(() => seconds({ wait: true }), /--wait is only for -d/);
    assert.throws(() => seconds({ waitTimeout: '5' }), /--wait-timeout is only for --wait/);
    for (const waitTimeout of ['0', '-1', 'x', '1.5', ''])
      assert.throws(() => seconds({ wait: true, detach: true, waitTimeout }), /--wait-timeout/);
  });
});
