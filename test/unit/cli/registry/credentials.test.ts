import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eraseAuth, storeAuth, storedAuth } from '../../../../cli/registry/credentials.ts';

describe('credentials of registries', () => {
  let dir: string;
  let env: Record<string, string>;
  const path = process.env['PATH'];

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'pouch-credentials-'));
    env = { DOCKER_CONFIG: dir };
  });

  afterEach(() => {
    process.env['PATH'] = path;
    rmSync(dir, { recursive: true });
  });

  const file = () => join(dir, 'config.json');
  const config = () => JSON.parse(readFileSync(file(), 'utf8')) as Record<string, unknown>;
  const login = { username: 'me', password: 'se:cret', identityToken: '' };

  it('are kept in the file of the docker CLI, which only its owner can read', async () => {
    writeFileSync(file(), '{"detachKeys":"ctrl-x"}');
    assert.equal(await storedAuth('registry.example', env), undefined);
    assert.equal(await storeAuth('registry.example', login, env), true);
    assert.equal(statSync(file()).mode & 0o777, 0o600);
    const auth = Buffer.from('me:se:cret').toString('base64');
    assert.deepEqual(config(), { detachKeys: 'ctrl-x', auths: { 'registry.example': { auth } } });
    const serveraddress = 'registry.example';
    assert.deepEqual(await storedAuth('registry.example', env), {
      username: 'me',
      password: 'se:cret',
      serveraddress,
    });
    assert.equal(await eraseAuth('registry.example', env), true);
    assert.equal(await eraseAuth('registry.example', env), false);
    assert.deepEqual(config(), { detachKeys: 'ctrl-x', auths: {} });
  });

  it('of Docker Hub have the key of its former registry', async () => {
    await storeAuth('docker.io', { ...login, identityToken: 'token' }, env);
    assert.deepEqual(Object.keys(config()['auths'] as object), ['https://index.docker.io/v1/']);
    assert.deepEqual(await storedAuth('docker.io', env), {
      identitytoken: 'token',
      serveraddress: 'docker.io',
    });
  });

  it('leave a file alone that is not valid, and a link a link', async () => {
    writeFileSync(file(), '{"auths": secret');
    for (const call of [storedAuth('x.example', env), storeAuth('x.example', login, env)])
      await assert.rejects(call, (error: Error & { code?: string }) => {
        assert.equal(error.code, 'PCH_CREDENTIALS_INVALID');
        return !error.message.includes('secret');
      });
    assert.equal(readFileSync(file(), 'utf8'), '{"auths": secret');
    rmSync(file());
    writeFileSync(join(dir, 'real.json'), '{}');
    symlinkSync('real.json', file());
    await storeAuth('x.example', login, env);
    assert.match(readFileSync(join(dir, 'real.json'), 'utf8'), /x\.example/);
  });

  it('may be kept by a credential helper', async () => {
    helper(`store) cat > ${dir}/kept ;;
      get) if [ -f ${dir}/kept ]; then cat ${dir}/kept; else echo 'credentials not found in native keychain'; exit 1; fi ;;
      erase) rm ${dir}/kept ;;`);
    writeFileSync(file(), '{"credHelpers":{"x.example":"test"}}');
    assert.equal(await storedAuth('x.example', env), undefined);
    assert.equal(await storeAuth('x.example', login, env), false);
    assert.doesNotMatch(readFileSync(file(), 'utf8'), /cret/);
    assert.equal((await storedAuth('x.example', env))?.password, 'se:cret');
    assert.equal(await eraseAuth('x.example', env), true);
    assert.equal(await storedAuth('x.example', env), undefined);
  });

  it('of a helper that fails are an error that names it', async () => {
    writeFileSync(file(), '{"credsStore":"nosuch"}');
    await assert.rejects(storedAuth('x.example', env), { message: /docker-credential-nosuch get failed/ });
    writeFileSync(file(), '{"credsStore":"../evil"}');
    await assert.rejects(storedAuth('x.example', env), { message: /invalid name of a credential helper/ });
    helper('get) echo "no JSON but a s3cret" ;;');
    writeFileSync(file(), '{"credsStore":"test"}');
    await assert.rejects(storedAuth('x.example', env), (error: Error) => !error.message.includes('s3cret'));
  });

  /** Writes docker-credential-test. */
  function helper(cases: string): void {
    const program = join(dir, 'docker-credential-test');
    writeFileSync(program, `#!/bin/sh\ncase $1 in\n${cases}\nesac\n`);
    chmodSync(program, 0o755);
    process.env['PATH'] = `${dir}:${path}`;
  }
});
