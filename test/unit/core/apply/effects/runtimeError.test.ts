import assert from 'node:assert/strict';
import { runtimeError } from '../../../../../core/apply/effects/runtimeError.ts';
import { type ErrorCode, PouchError } from '../../../../../hooks/errors.ts';
import { record } from '../../record.ts';

describe('an error of a start', () => {
  const codeOf = (code: ErrorCode, message: string) =>
    (runtimeError(new PouchError(code, message), record()) as PouchError).code;

  it('is the runtime’s if the runtime failed', () => {
    assert.equal(codeOf('PCH_CONTAINERD_FAILED', 'OCI runtime create failed: boom'), 'PCH_RUNTIME_FAILED');
  });

  it('is the command’s if that cannot be run', () => {
    const message = 'exec: "foo": executable file not found in $PATH';
    assert.equal(codeOf('PCH_CONTAINERD_FAILED', message), 'PCH_COMMAND_NOT_FOUND');
  });

  it('is containerd’s if containerd went away', () => {
    const message = 'containerd Tasks.Start: connection dropped';
    assert.equal(codeOf('PCH_CONTAINERD_UNAVAILABLE', message), 'PCH_CONTAINERD_UNAVAILABLE');
  });
});
