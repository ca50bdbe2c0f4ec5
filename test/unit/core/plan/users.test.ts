import assert from 'node:assert/strict';
import { resolveUser, type ResolvedUser } from '../../../../core/plan/users.ts';

describe('users of an image', () => {
  const files = {
    passwd: [
      'root:x:0:0:root:/root:/bin/sh',
      'app:x:1000:1001::/home/app:/bin/sh',
      '7:x:77:77::/seven:/bin/sh',
      'nohome:x:1002:1002:::/bin/sh',
      'broken line',
    ].join('\n'),
    group: 'root:x:0:\nwheel:x:10:root,app\napp:x:1001:\nvideo:x:44:app\n',
  };
  const user = (text: string, groups: string[] = []) => resolveUser(text, groups, files);

  const cases: [string, Pick<ResolvedUser, 'uid' | 'gid' | 'additionalGids' | 'home'>][] = [
    ['', { uid: 0, gid: 0, additionalGids: [0, 10], home: '/root' }],
    ['app', { uid: 1000, gid: 1001, additionalGids: [1001, 10, 44], home: '/home/app' }],
    ['1000', { uid: 1000, gid: 1001, additionalGids: [1001, 10, 44], home: '/home/app' }],
    ['app:video', { uid: 1000, gid: 44, additionalGids: [44], home: '/home/app' }],
    ['app:123', { uid: 1000, gid: 123, additionalGids: [123], home: '/home/app' }],
    ['4242', { uid: 4242, gid: 0, additionalGids: [0], home: '/' }],
    ['4242:wheel', { uid: 4242, gid: 10, additionalGids: [10], home: '/' }],
    ['nohome', { uid: 1002, gid: 1002, additionalGids: [1002], home: '/' }],
    ['7', { uid: 77, gid: 77, additionalGids: [77], home: '/seven' }],
  ];
  for (const [text, expected] of cases)
    it(`"${text}" is ${expected.uid}:${expected.gid}`, () => {
      const { name: _name, shell: _shell, ...found } = user(text);
      assert.deepEqual(found, expected);
    });

  it('have the shell of their account, if it is a path', () => {
    assert.deepEqual([user('app').name, user('1000').shell, user('4242').shell], ['app', '/bin/sh', '']);
    const shellOf = (shell: string) =>
      resolveUser('a', [], { passwd: `a:x:1:1::/:${shell}`, group: '' }).shell;
    assert.deepEqual([shellOf('/bin/zsh'), shellOf('zsh'), shellOf('')], ['/bin/zsh', '', '']);
  });

  it('have supplementary groups that are added, by name or number, each once', () => {
    assert.deepEqual(user('app', ['video', '500', '500']).additionalGids, [1001, 10, 44, 500]);
  });

  it('an image without accounts has those with numbers', () => {
    assert.deepEqual(resolveUser('5:6', [], { passwd: '', group: '' }), {
      uid: 5,
      gid: 6,
      additionalGids: [6],
      home: '/',
      name: '',
      shell: '',
    });
  });

  for (const [text, groups, message] of [
    ['nobody', [], /no user "nobody"/],
    ['app:none', [], /no group "none"/],
    ['app', ['none'], /no group "none"/],
    ['-1', [], /no user "-1"/],
    ['4294967295', [], /no user/],
  ] as [string, string[], RegExp][])
    it(`"${text}" with ${JSON.stringify(groups)} is not a user`, () => {
      assert.throws(() => user(text, groups), { code: 'PCH_USER_NOT_FOUND', message });
    });
});
