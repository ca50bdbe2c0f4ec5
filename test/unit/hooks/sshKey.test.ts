import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { sshKeyIdentity, sshKeyProblem } from '../../../hooks/sshKey.ts';

function field(bytes: Buffer | string): Buffer {
  const data = Buffer.from(bytes as string);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return Buffer.concat([length, data]);
}

const line = (type: string, ...fields: Buffer[]) =>
  `${type} ${Buffer.concat([field(type), ...fields.map(field)]).toString('base64')} me@host`;

describe('public ssh keys', () => {
  const raw = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
  const key = line('ssh-ed25519', raw);

  it('of known types are taken', () => {
    assert.equal(sshKeyProblem(key), undefined);
    assert.equal(sshKeyProblem(line('ssh-rsa', Buffer.from([1, 0, 1]), Buffer.alloc(257, 1))), undefined);
    const point = Buffer.alloc(65, 4);
    assert.equal(sshKeyProblem(line('ecdsa-sha2-nistp256', Buffer.from('nistp256'), point)), undefined);
  });

  const wrong: [string, string, RegExp][] = [
    ['no key', 'hello', /found another text/],
    ['a private key', '-----BEGIN OPENSSH PRIVATE KEY-----', /found a private key/],
    ['an unknown type', 'ssh-dss AAAA', /unknown type/],
    ['options', `from="*" ${key}`, /options or an unknown type/],
    ['bad base64', 'ssh-ed25519 AAAA*', /damaged base64/],
    ['a part of the data', key.slice(0, 50), /damaged base64/],
    ['the data of another type', key.replace('ssh-ed25519', 'ssh-rsa'), /data of another key/],
    ['a wrong size', line('ssh-ed25519', Buffer.alloc(31)), /wrong size/],
    ['a weak RSA key', line('ssh-rsa', Buffer.from([3]), Buffer.alloc(64, 1)), /below 1024/],
    ['two lines', `${key}\n${key}`, /line breaks/],
    ['a name of Object', 'constructor AAAA', /found another text/],
  ];
  for (const [name, text, problem] of wrong)
    it(`with ${name} are refused without their text`, () => {
      const found = sshKeyProblem(text) ?? '';
      assert.match(found, problem);
      assert.ok(!found.includes('AAAA'));
    });

  it('are the same with another comment', () => {
    assert.equal(sshKeyIdentity(key), sshKeyIdentity(key.replace('me@host', 'you')));
    assert.equal(sshKeyIdentity(''), undefined);
  });
});
