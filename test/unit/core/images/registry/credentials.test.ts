import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storedCredentials } from '../../../../../core/images/registry/credentials.ts';
import type { PouchError } from '../../../../../hooks/errors.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('credentials that docker login stored', () => {
  let dir: string;
  let file: string;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'pouch-credentials-'));
    file = join(dir, 'config.json');
  });

  after(() => rm(dir, { recursive: true }));

  const stored = async (config: unknown, host: string) => {
    await writeFile(file, typeof config === 'string' ? config : JSON.stringify(config));
    return storedCredentials(file, host);
  };

  it('are undefined without a file or an entry', async () => {
    assert.equal(await storedCredentials(join(dir, 'missing.json'), 'a'), undefined);
    assert.equal(await stored({}, 'a'), undefined);
    assert.equal(await stored({ auths: { b: { auth: base64('u:p') }, a: {} } }, 'a'), undefined);
  });

  it('are a user and a password, which may have a colon', async () => {
    const auths = { 'r.example.org:5000': { auth: base64('user:pass:word') } };
    assert.deepEqual(await stored({ auths }, 'r.example.org:5000'), {
      username: 'user',
      password: 'pass:word',
    });
  });

  it('are found under the URL of Docker Hub and of old registries', async () => {
    const auths = {
      'https://index.docker.io/v1/': { auth: base64('hub:1') },
      'https://old.example.org/v1/': { auth: base64('old:2') },
    };
    assert.equal((await stored({ auths }, 'docker.io'))?.username, 'hub');
    assert.equal((await stored({ auths }, 'old.example.org'))?.username, 'old');
  });

  it('may be an identity token', async () => {
    const auths = { a: { auth: base64('u:'), identitytoken: 'secret' } };
    assert.deepEqual(await stored({ auths }, 'a'), { username: 'u', password: '', identityToken: 'secret' });
  });

  it('are never quoted when the file cannot be used', async () => {
    for (const config of ['{"auths": s3cret', { auths: { a: { auth: base64('s3cret') } } }]) {
      await assert.rejects(stored(config, 'a'), (error: PouchError) => {
        assert.equal(error.code, 'PCH_CREDENTIALS_INVALID');
        assert.doesNotMatch(`${error.message} ${String(error.hint)}`, /s3cret|czNjcmV0/);
        return true;
      });
    }
  });
});
