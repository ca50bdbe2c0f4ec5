import assert from 'node:assert/strict';
import { isProcessGone } from '../../../../../core/containerd/index.ts';
import { PouchError } from '../../../../../hooks/errors.ts';

describe('isProcessGone', () => {
  it('recognizes containerd’s codes and the text of a virtual machine’s agent', () => {
    assert.ok(isProcessGone(new PouchError('PCH_CONTAINERD_NOT_FOUND', 'x')));
    assert.ok(isProcessGone(new PouchError('PCH_CONTAINERD_PRECONDITION', 'x')));
    const text = 'containerd Tasks.Kill: rpc error: code = Internal desc = ESRCH: No such process: unknown';
    assert.ok(isProcessGone(new PouchError('PCH_CONTAINERD_FAILED', text)));
  });

  it('does not match other failures', () => {
    assert.ok(!isProcessGone(new PouchError('PCH_CONTAINERD_FAILED', 'ttrpc: closed')));
    assert.ok(!isProcessGone(new PouchError('PCH_CONTAINERD_UNAVAILABLE', 'no such process')));
    assert.ok(!isProcessGone(new Error('no such process')));
  });
});
