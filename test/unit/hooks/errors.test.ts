import assert from 'node:assert/strict';
import { type ErrorCode, PouchError, toPouchError } from '../../../hooks/errors.ts';

function system(code: string, message: string): Error {
  return Object.assign(new Error(`${code}: ${message}`), { code });
}

describe('a thrown value', () => {
  for (const [what, error] of [
    ['of this process', system('EMFILE', 'too many open files, open')],
    ['of the host', system('ENFILE', 'file table overflow, open')],
    ['that a plugin has made an error of', plugin('PCH_PLUGIN_FAILED', system('EMFILE', 'spawn'))],
    ['that containerd reports', new PouchError('PCH_CONTAINERD_FAILED', 'mkfifo: too many open files')],
    ['that the log keeper reports', new PouchError('PCH_LOG_KEEPER', "did not do 'open': EMFILE: open")],
  ] as const)
    it(`is PCH_TOO_MANY_FILES for descriptors that have run out: ${what}`, () => {
      const found = toPouchError(error);
      assert.deepEqual([found.code, found.plugin, found.hook], ['PCH_TOO_MANY_FILES', undefined, undefined]);
      assert.match(found.hint ?? '', /LimitNOFILE/);
      assert.equal(toPouchError(found), found);
    });

  it('keeps its code and plugin for every other error', () => {
    const error = plugin('PCH_CNI_FAILED', system('ENOENT', 'spawn'));
    assert.equal(toPouchError(error), error);
  });

  it('is PCH_INTERNAL without a code', () => {
    assert.equal(toPouchError('oops').code, 'PCH_INTERNAL');
  });
});

function plugin(code: ErrorCode, cause: Error): PouchError {
  return new PouchError(code, 'it failed', { plugin: 'shaky', hook: 'container.preCreate', cause });
}
