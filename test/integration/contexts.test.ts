/** Contexts of `pouch` with a daemon, and exchanged with the docker CLI. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { execa } from 'execa';
import { useDaemon } from '../support/useDaemon.ts';

describe('pouch context', function () {
  this.timeout(60_000);
  const daemon = useDaemon();
  const project = join(import.meta.dirname, '../..');
  const at = async (command: string, ...args: string[]) =>
    (
      await execa(command, args, {
        env: { HOME: daemon.it.dir, POUCH_HOST: '', DOCKER_HOST: '' },
        timeout: 30_000,
      })
    ).stdout;
  const pouch = (...args: string[]) => at(join(project, 'bin/pouch'), ...args);

  it('connects commands to its daemon', async () => {
    await pouch('context', 'create', 'here', '--host', daemon.it.host);
    assert.match(
      await pouch('-c', 'here', 'info', '--format', '{{.DockerRootDir}}'),
      new RegExp(daemon.it.root),
    );
    await pouch('context', 'use', 'here');
    assert.equal(await pouch('run', '--rm', 'busybox', 'echo', 'hi'), 'hi');
  });

  it('is exchanged with the docker CLI', async () => {
    const [own, dockers] = [join(daemon.it.dir, 'own'), join(daemon.it.dir, 'dockers')];
    await pouch('context', 'export', 'here', own);
    await at('docker', 'context', 'import', 'from-pouch', own);
    assert.equal(await at('docker', '-c', 'from-pouch', 'run', '--rm', 'busybox', 'echo', 'hi'), 'hi');
    await at(
      'docker',
      'context',
      'create',
      'made',
      '--description',
      'by Docker',
      '--docker',
      `host=${daemon.it.host}`,
    );
    await at('docker', 'context', 'export', 'made', dockers);
    await pouch('context', 'import', 'from-docker', dockers);
    assert.equal(
      await pouch('context', 'inspect', 'from-docker', '--format', '{{.Metadata.Description}}'),
      'by Docker',
    );
    assert.equal(await pouch('-c', 'from-docker', 'run', '--rm', 'busybox', 'echo', 'hi'), 'hi');
  });
});
