import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import type { ContainerRecord } from '../../../../hooks/index.ts';
import { fingerprintOf, grantOf } from '../../../../plugins/ssh-gateway/authorize.ts';
import { checkOptions } from '../../../../plugins/ssh-gateway/checkOptions.ts';
import type { GatewayOptions } from '../../../../plugins/ssh-gateway/options.ts';
import { targetOf } from '../../../../plugins/ssh-gateway/target.ts';

function newKey(): { data: Buffer; line: string } {
  const raw = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
  const part = (bytes: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes]);
  const data = Buffer.concat([part(Buffer.from('ssh-ed25519')), part(raw)]);
  return { data, line: `ssh-ed25519 ${data.toString('base64')} comment` };
}

const [alice, own, other] = [newKey(), newKey(), newKey()] as const;

const options = {
  users: [
    {
      name: 'alice',
      keys: [alice.line],
      rights: [
        { containers: ['web-*'], labels: [], users: ['root'], allow: ['shell', 'exec'] },
        { containers: ['*'], labels: ['team=a*', 'tier'], users: ['*'], allow: ['sftp'] },
      ],
    },
  ],
  containerKeys: ['forward'],
} as Pick<GatewayOptions, 'users' | 'containerKeys'> as GatewayOptions;

const record = (name: string, labels: Record<string, string> = {}) =>
  ({
    name,
    draft: { labels, firstBoot: { sshKeys: [{ user: 'deploy', key: own.line }] } },
  }) as unknown as ContainerRecord;

describe('rights at the ssh gateway', () => {
  const allowed = (key: Buffer, of: ContainerRecord, user: string) => {
    const grant = grantOf(options, key, { record: of, user });
    return grant && [grant.who, ...[...grant.actions].sort()].join(' ');
  };

  it('are those of all rights that apply to the container and the user inside', () => {
    const labels = { team: 'apps', tier: '' };
    assert.equal(allowed(alice.data, record('web-1'), 'root'), 'alice exec shell');
    assert.equal(allowed(alice.data, record('web-1', labels), 'root'), 'alice exec sftp shell');
    assert.equal(allowed(alice.data, record('db', labels), 'bob'), 'alice sftp');
    assert.equal(allowed(alice.data, record('web-1'), 'bob'), undefined);
    assert.equal(allowed(alice.data, record('db', { team: 'apps' }), 'root'), undefined);
    assert.equal(allowed(alice.data, record('db', { team: 'b', tier: '' }), 'root'), undefined);
  });

  it('of the keys of a container are for their user there', () => {
    assert.equal(allowed(own.data, record('db'), 'deploy'), 'key of db forward');
    assert.equal(allowed(own.data, record('db'), 'root'), undefined);
    assert.equal(allowed(other.data, record('db'), 'deploy'), undefined);
  });

  it('know a key by its data', () => {
    assert.match(fingerprintOf(alice.data), /^SHA256:[A-Za-z0-9+/]{43}$/);
    assert.equal(allowed(alice.data.subarray(1), record('web-1'), 'root'), undefined);
  });
});

describe('options of the ssh gateway', () => {
  it('have public keys, each of one user', () => {
    const check = (...keys: string[][]) =>
      checkOptions(
        {
          users: keys.map((of, user) => ({ name: `u${user}`, keys: of, rights: [] })),
        } as unknown as GatewayOptions,
        () => 'FILE:1',
      );
    check([alice.line], [own.line]);
    assert.throws(
      () => check(['hello']),
      /FILE:1: ssh-gateway\/users\/0\/keys\/0: expected a public ssh key/,
    );
    assert.throws(() => check([alice.line], [alice.line]), /found one that u0 has/);
  });
});

describe('names at the ssh gateway', () => {
  it('are a container, or a user and a container', () => {
    assert.deepEqual(targetOf('web'), { user: 'root', container: 'web' });
    assert.deepEqual(targetOf('bob+web.1'), { user: 'bob', container: 'web.1' });
    for (const text of ['', '+web', 'bob+', 'a+b+c', 'Bob+web', 'web;id', '../web', 'bob+web\n', '-web'])
      assert.equal(targetOf(text), undefined, text);
  });
});
