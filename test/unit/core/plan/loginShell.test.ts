import assert from 'node:assert/strict';
import { loginShell } from '../../../../core/plan/loginShell.ts';
import type { ResolvedUser } from '../../../../core/plan/users.ts';
import type { ExecRequest } from '../../../../hooks/engine.ts';
import { record } from '../record.ts';

const bob: ResolvedUser = {
  uid: 7,
  gid: 7,
  additionalGids: [7],
  home: '/home/bob',
  name: 'bob',
  shell: '/bin/zsh',
};

const env = { PATH: '/opt/bin', APP: '1', KEY: 'hidden', HOME: '/srv', container: 'oci' };

function login(request: Partial<ExecRequest> = {}, account: Partial<ResolvedUser> = {}) {
  const { draft } = record({ draft: { process: { env }, secrets: { 'process.env.KEY': true } } } as never);
  return loginShell({ args: [], login: true, ...request }, draft, { ...bob, ...account });
}

describe('a login shell', () => {
  it('has the environment of a login, without secrets and without variables of the init', () => {
    assert.deepEqual(login().env, {
      APP: '1',
      PATH: '/opt/bin',
      HOME: '/home/bob',
      SHELL: '/bin/zsh',
      USER: 'bob',
      LOGNAME: 'bob',
    });
  });

  it('of a number without an account is /bin/sh, and has no name', () => {
    const { env } = login({}, { name: '', shell: '', home: '/' });
    assert.deepEqual([env['SHELL'], env['USER'], env['HOME']], ['/bin/sh', undefined, '/']);
  });

  it('goes home, unless the request names a directory', () => {
    assert.match(login().args[2]!, /^cd "\$HOME"/);
    const { args, cwd } = login({ cwd: '/srv' });
    assert.equal(cwd, '/srv');
    assert.doesNotMatch(args[2]!, /cd /);
  });

  it('gets the command as one text, in which no character has a meaning', () => {
    const { args } = login({ args: ['ls', '-l', "it's", '$HOME; reboot', ''] });
    assert.deepEqual(args.slice(3), ['login', '-c', String.raw`ls -l 'it'\''s' '$HOME; reboot' ''`]);
  });
});
