import assert from 'node:assert/strict';
import { hostKeysScript } from '../../../hooks/hostKeys.ts';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

describe('host keys of a container', () => {
  let etc: string;

  beforeEach(async () => {
    etc = join(await mkdtemp(join(tmpdir(), 'keys-')), 'ssh');
    await mkdir(etc);
  });
  afterEach(() => rm(join(etc, '..'), { recursive: true, force: true }));

  const boot = () => execa('/bin/sh', ['-euc', `${hostKeysScript.replaceAll('/etc/ssh', etc)}wait`]);
  const key = (type: string) => readFile(join(etc, `ssh_host_${type}_key`), 'utf8');

  it('are generated once, also after a start that was interrupted', async () => {
    await writeFile(join(etc, 'sshd_config'), '');
    await writeFile(join(etc, 'ssh_host_ecdsa_key'), '');
    await writeFile(join(etc, 'ssh_host_ed25519_key.new'), 'half');
    await boot();
    const first = await Promise.all(['ed25519', 'ecdsa', 'rsa'].map(key));
    for (const text of first) assert.match(text, /^-----BEGIN OPENSSH PRIVATE KEY-----/);
    await boot();
    assert.deepEqual(await Promise.all(['ed25519', 'ecdsa', 'rsa'].map(key)), first);
  });

  it('are left alone without sshd', async () => {
    await boot();
    await assert.rejects(key('ed25519'), { code: 'ENOENT' });
  });
});
