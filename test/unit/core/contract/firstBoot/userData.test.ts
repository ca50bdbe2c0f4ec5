import assert from 'node:assert/strict';
import { parseUserData } from '../../../../../core/contract/firstBoot/userData.ts';

const parse = (yaml: string) => parseUserData(`#cloud-config\n${yaml}`);

describe('user data', () => {
  it('has users, groups, files and commands', () => {
    const data = parse(`
fqdn: web.example.org
timezone: Europe/Berlin
groups: [app, {ops: [root, deploy]}]
users:
  - plain
  - {name: deploy, uid: 1500, groups: 'app, ops', sudo: ALL=(ALL) ALL, lock_passwd: false, passwd: $6$salt$abcdefghij}
write_files:
  - {path: /etc//a, content: aGk=, encoding: b64, permissions: 0640, owner: deploy:app}
  - {path: /etc/b, content: text, permissions: '0600', append: yes}
runcmd: ['echo "x"', [touch, /a b]]
`);
    assert.deepEqual(
      [data.hostname, data.domainname, data.timezone],
      ['web', 'example.org', 'Europe/Berlin'],
    );
    assert.deepEqual(data.groups[1], { name: 'ops', members: ['root', 'deploy'] });
    assert.equal(data.users[0]!.name, 'plain');
    assert.deepEqual(data.users[0]!.isLocked, true);
    const { uid, groups, sudo, passwordHash } = data.users[1]!;
    assert.deepEqual(
      [uid, groups, sudo, passwordHash],
      [1500, ['app', 'ops'], ['ALL=(ALL) ALL'], '$6$salt$abcdefghij'],
    );
    const files = data.files.map(({ path, content, mode, append }) => [path, content, mode, append]);
    assert.deepEqual(files, [
      ['/etc/a', 'aGk=', 0o640, false],
      ['/etc/b', Buffer.from('text').toString('base64'), 0o600, true],
    ]);
    assert.deepEqual(data.commands, [
      ['/bin/sh', '-c', 'echo "x"'],
      ['touch', '/a b'],
    ]);
  });

  it('may be empty, also of a recording, where it is masked', () => {
    for (const text of ['#cloud-config', '#cloud-config\n{}\n', '********'])
      assert.deepEqual(parseUserData(text).users, []);
  });

  const wrong: [string, RegExp][] = [
    ['packages: [hidden]', /unknown key "packages"; an image without cloud-init takes hostname/],
    ['users: [{name: a, plain_text_passwd: hidden}]', /users\[0\]: unknown key "plain_text_passwd"/],
    ['users: [{name: a, passwd: hidden}]', /users\[0\]\.passwd: expected a hash of crypt/],
    ['users: [default]', /found "default", which only cloud-init knows/],
    ['users: [{name: "root:hidden"}]', /users\[0\]\.name/],
    ['users: [{name: a, homedir: "/a:hidden"}]', /users\[0\]\.homedir/],
    ['users: [{name: a, uid: 99999}]', /uid: expected a number up to 65533/],
    ['users: hidden', /users: expected a list, found a string/],
    ['users: [{name: a, ssh_authorized_keys: [hidden]}]', /expected a public ssh key/],
    ['write_files: [{path: etc/hidden}]', /write_files\[0\]\.path/],
    ['write_files: [{path: /a, encoding: gz}]', /encoding: expected text\/plain/],
    ['write_files: [{path: /a, permissions: "999"}]', /permissions: expected/],
    ['timezone: ../../hidden', /timezone: expected a zone/],
    ['runcmd: [{a: hidden}]', /runcmd\[0\]/],
    ['- hidden', /expected a map, found a list/],
    ['a: [hidden', /line \d+, column \d+: expected YAML/],
    ['a: *hidden', /expected YAML/],
  ];
  for (const [yaml, message] of wrong)
    it(`with ${yaml} is refused without its values`, () => {
      assert.throws(
        () => parse(yaml),
        (error: Error & { code?: string }) => {
          assert.match(error.message, message);
          assert.equal(error.code, 'PCH_OPTION_INVALID');
          assert.ok(!error.message.includes('hidden'));
          return true;
        },
      );
    });

  it('that is a script needs cloud-init', () => {
    assert.throws(() => parseUserData('#!/bin/sh\n'), /expected #cloud-config as the first line/);
  });
});
