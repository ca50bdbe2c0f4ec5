import assert from 'node:assert/strict';
import { saysEnded } from '../../../../../core/containerd/index.ts';
import { PouchError } from '../../../../../hooks/errors.ts';

describe('a signal that finds its process gone', () => {
  it('is known by containerd’s codes, and by the words of a virtual machine’s agent', () => {
    assert.ok(saysEnded(new PouchError('PCH_CONTAINERD_NOT_FOUND', 'x')));
    assert.ok(saysEnded(new PouchError('PCH_CONTAINERD_PRECONDITION', 'x')));
    const prose = 'containerd Tasks.Kill: rpc error: code = Internal desc = ESRCH: No such process: unknown';
    assert.ok(saysEnded(new PouchError('PCH_CONTAINERD_FAILED', prose)));
  });

  it('is not every other failure', () => {
    assert.ok(!saysEnded(new PouchError('PCH_CONTAINERD_FAILED', 'ttrpc: closed')));
    assert.ok(!saysEnded(new PouchError('PCH_CONTAINERD_UNAVAILABLE', 'no such process')));
    assert.ok(!saysEnded(new Error('no such process')));
  });
});
