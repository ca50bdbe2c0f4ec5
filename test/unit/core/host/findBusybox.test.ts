import assert from 'node:assert/strict';
import { findBusybox } from '../../../../core/host/detect.ts';

describe('the busybox of the host', () => {
  it('is one that is static: it runs in every container', () => {
    assert.equal(findBusybox(['/does/not/exist', '/bin/busybox']), '/bin/busybox');
    // A program with an interpreter, and a file that is not a program.
    assert.equal(findBusybox(['/bin/sh', '/etc/passwd']), undefined);
  });
});
