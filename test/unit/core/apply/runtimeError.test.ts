import assert from 'node:assert/strict';
import { runtimeError } from '../../../../core/apply/effects/runtimeError.ts';
import type { ContainerRecord } from '../../../../hooks/engine.ts';
import { PouchError } from '../../../../hooks/errors.ts';

const prefix = 'containerd Tasks.Create: failed to create shim task: OCI runtime create failed: ';

/** What the runtimes say, as containerd hands it on. */
const messages: [string, string, string, RegExp][] = [
  ['runc', 'exec: "foo": executable file not found in $PATH', 'PCH_COMMAND_NOT_FOUND', /^"foo": /],
  [
    'crun',
    'executable file `foo` not found in $PATH: No such file or directory',
    'PCH_COMMAND_NOT_FOUND',
    /^"foo": /,
  ],
  ['runc', 'exec: "/bin": permission denied', 'PCH_COMMAND_NOT_EXECUTABLE', /^"\/bin": /],
  ['crun, of a file', 'open executable: Permission denied', 'PCH_COMMAND_NOT_EXECUTABLE', /^the command/],
  ['crun, of a folder', 'open executable: Operation not permitted', 'PCH_COMMAND_NOT_EXECUTABLE', /^the/],
  ['runc', 'chdir to cwd ("/x") set in config.json failed: no', 'PCH_OPTION_INVALID', /directory \/x /],
  ['crun', 'chdir to `/x`: No such file or directory', 'PCH_OPTION_INVALID', /directory \/x /],
  ['crun, of a file', 'chdir `/x`: Not a directory', 'PCH_OPTION_INVALID', /directory \/x /],
  [
    'runc, of a file',
    'error during container init: mkdir /x: not a directory',
    'PCH_OPTION_INVALID',
    /directory \/x /,
  ],
  ['runc', 'exec /foo: no such file or directory', 'PCH_COMMAND_NOT_FOUND', /command/],
  [
    'kata, of its mounts',
    'mount /run/x to rootfs, flags nosuid,noexec: no such file or directory',
    'PCH_RUNTIME_FAILED',
    /mount \/run\/x/,
  ],
  [
    'kata, of its own parts',
    'fork/exec /opt/kata/bin/virtiofsd: no such file or directory',
    'PCH_RUNTIME_FAILED',
    /virtiofsd/,
  ],
  ['crun', 'mount `proc` to `proc`: Operation not permitted', 'PCH_RUNTIME_FAILED', /mount `proc`/],
];

const record = { id: 'id', draft: { runtime: 'runc' } } as ContainerRecord;

describe('what a runtime says', () => {
  for (const [runtime, text, code, message] of messages)
    it(`${runtime}: ${text}`, () => {
      const error = runtimeError(new PouchError('PCH_CONTAINERD_FAILED', prefix + text), record);
      assert.ok(error instanceof PouchError);
      assert.equal(error.code, code);
      assert.match(error.message, message);
    });
});
