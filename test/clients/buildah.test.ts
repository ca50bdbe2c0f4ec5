/** Buildah with `docker-daemon:`, from Debian: it pulls images of the daemon, and pushes what it has built. */
import assert from 'node:assert/strict';
import { execa } from 'execa';
import { Client } from '../../client/index.ts';
import { uniqueName } from './support/target.ts';
import { useTarget } from './support/useTarget.ts';

describe('buildah', function () {
  this.timeout(120_000);
  const used = useTarget('buildah');

  /** This version of Buildah knows only /run/docker.sock: it has one in a mount namespace of its own. */
  const buildah = async (...args: string[]) => {
    const script = `mount -t tmpfs tmpfs /run && ln -s ${used.api.socket} /run/docker.sock && exec buildah "$@"`;
    const storage = [
      '--root',
      `${used.directory}/root`,
      '--runroot',
      `${used.directory}/run`,
      '--storage-driver',
      'vfs',
    ];
    const env = { TMPDIR: used.directory, DOCKER_HOST: `unix://${used.api.socket}` };
    const shell = ['--mount', 'sh', '-c', script, 'sh', ...storage, ...args];
    return (await execa('unshare', shell, { timeout: 60_000, env })).stdout;
  };

  it('pulls an image of the daemon, and pushes a new one into it', async () => {
    const name = `${uniqueName()}:built`;
    await buildah('pull', `docker-daemon:${used.api.image}:latest`);
    const container = await buildah('from', '--pull-never', `${used.api.image}:latest`);
    await buildah('config', '--label', 'by=buildah', '--cmd', 'echo built', container);
    await buildah('commit', container, `localhost/${name}`);
    await buildah('push', `localhost/${name}`, `docker-daemon:${name}`);
    await buildah('rm', container);
    const client = new Client({ host: `unix://${used.api.socket}` });
    const { Config, RepoTags } = await client.images.inspect(name);
    client.close();
    assert.equal(Config?.Labels?.['by'], 'buildah');
    assert.deepEqual(RepoTags, [name]);
    assert.match(await buildah('pull', `docker-daemon:${name}`), /^[0-9a-f]{64}$/);
  });

  it('reports an image that the daemon does not have', async () => {
    await assert.rejects(buildah('pull', 'docker-daemon:nosuch:1'), /No such image|not found/i);
  });
});
