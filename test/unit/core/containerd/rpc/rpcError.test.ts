import assert from 'node:assert/strict';
import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { rpcError } from '../../../../../core/containerd/rpc/rpcError.ts';

function failure(code: status, details: string): ServiceError {
  return Object.assign(new Error(details), { code, details, metadata: new Metadata() });
}

const path = '/containerd.services.tasks.v1.Tasks/Create';

describe('an error of containerd', () => {
  it('has the code of its status', () => {
    assert.equal(rpcError(failure(status.NOT_FOUND, 'no task'), path).code, 'PCH_CONTAINERD_NOT_FOUND');
    assert.equal(rpcError(failure(status.DEADLINE_EXCEEDED, 'late'), path).code, 'PCH_DEADLINE');
    assert.equal(rpcError(failure(status.UNKNOWN, 'broken'), path).code, 'PCH_CONTAINERD_FAILED');
  });

  it('is late too if containerd sees the deadline first', () => {
    for (const details of ['context deadline exceeded', 'context deadline exceeded: unknown'])
      assert.equal(rpcError(failure(status.UNKNOWN, details), path).code, 'PCH_DEADLINE');
    const quoted = failure(status.UNKNOWN, 'hook: context deadline exceeded in line 3');
    assert.equal(rpcError(quoted, path).code, 'PCH_CONTAINERD_FAILED');
  });
});
