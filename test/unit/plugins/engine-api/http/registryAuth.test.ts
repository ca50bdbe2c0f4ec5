import assert from 'node:assert/strict';
import { registryAuth } from '../../../../../plugins/engine-api/http/registryAuth.ts';

const encode = (value: unknown, encoding: 'base64url' | 'base64' = 'base64url'): string =>
  Buffer.from(JSON.stringify(value)).toString(encoding);

describe('X-Registry-Auth', () => {
  it('reads user and password in both alphabets', () => {
    const wire = { username: 'ü?>', password: 'p~~', serveraddress: 'localhost:5000' };
    for (const encoding of ['base64url', 'base64'] as const) {
      const auth = registryAuth(encode(wire, encoding));
      assert.equal(auth?.username, 'ü?>');
      assert.equal(auth?.password, 'p~~');
      assert.equal(auth?.serverAddress, 'localhost:5000');
    }
  });

  it('reads `auth` of the docker config file', () => {
    const auth = registryAuth(encode({ auth: Buffer.from('me:pass:word').toString('base64') }));
    assert.equal(auth?.username, 'me');
    assert.equal(auth?.password, 'pass:word');
  });

  it('reads tokens', () => assert.equal(registryAuth(encode({ identitytoken: 't' }))?.identityToken, 't'));

  it('is undefined when it is empty', () => {
    for (const header of [undefined, '', encode({}), encode(null)])
      assert.equal(registryAuth(header), undefined);
  });

  it('does not disclose an invalid value', () => {
    assert.throws(
      () => registryAuth(Buffer.from('secret').toString('base64')),
      (error: Error) => /base64url/.test(error.message) && !error.message.includes('secret'),
    );
  });
});
