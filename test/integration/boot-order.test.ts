import assert from 'node:assert/strict';
import { mkdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { useDaemon } from '../support/useDaemon.ts';

describe('containers after a boot of the host', function () {
  this.timeout(90_000);
  this.slow(20_000);
  const daemon = useDaemon();
  const { ok, pouch } = daemon;

  const run = (name: string, ...options: string[]) =>
    ok('run', '-d', '--name', name, '--network', 'none', '--restart', 'always', ...options);
  const startedAt = async (name: string) => Date.parse((await daemon.it.inspect(name))!.State.StartedAt);
  const isUp = async (name: string) => (await daemon.it.inspect(name))!.State.Status === 'running';

  it('start in their order, after the delay, each once those before it are up', async () => {
    // The supervisor is up after its service, which takes a second.
    const slow = ['--rich', '--rich-mode', 'supervised', '--rich-service', 'db=exec sleep 1000'];
    const health = ['--rich-service-health', 'db=test -e /ready || { sleep 1; touch /ready; false; }'];
    await run('web', '--boot-order', '2', '--boot-delay', '1', 'busybox', 'sleep', '1000');
    await run('database', '--boot-order', '1', ...slow, ...health, 'busybox');
    await run('other', 'busybox', 'sleep', '1000');
    await ok('run', '-d', '--name', 'off', '--boot-order', '1', '--network', 'none', 'busybox', 'sleep', '9');
    await ok('exec', 'database', 'rm', '-f', '/ready');
    await daemon.it.rebootHost();

    assert.ok(await waitUntil(() => isUp('web'), { withinMs: 60_000 }));
    const [other, database, web] = await Promise.all(['other', 'database', 'web'].map(startedAt));
    assert.ok(other! < database!, 'order 0 is before order 1');
    // A second until the service is up, and the delay.
    assert.ok(web! - database! >= 2_000, `it started ${web! - database!} ms later`);
    assert.equal((await daemon.it.inspect('off'))!.State.Status, 'exited');
    const { BootOrder, BootDelay } = JSON.parse(await ok('inspect', '-f', '{{json .Config}}', 'web'));
    assert.deepEqual([BootOrder, BootDelay], [2, 1]);
  });

  it('one that cannot start does not keep others down, and a user can stop one that waits', async () => {
    const command = ['busybox', 'sleep', '1000'];
    await ok('update', '--restart', 'no', 'web', 'database', 'other');
    await ok('rm', '-f', 'web', 'database', 'other', 'off');
    const source = join(daemon.it.dir, 'gone');
    await mkdir(source);
    await run('broken', '--boot-order', '1', '--mount', `type=bind,source=${source},target=/x`, ...command);
    await rmdir(source);
    await run('later', '--boot-order', '2', ...command);
    await run('stopped', '--boot-order', '2', '--boot-delay', '600', ...command);
    await daemon.it.rebootHost();
    assert.ok(await waitUntil(() => isUp('later'), { withinMs: 60_000 }));
    assert.equal((await daemon.it.inspect('stopped'))!.State.Status, 'restarting');
    await ok('stop', 'stopped');
    await ok('start', 'stopped');
    assert.ok(await isUp('stopped'));
  });

  it('bad numbers are refused', async () => {
    const create = (...options: string[]) => pouch('create', ...options, 'busybox', 'true');
    assert.match((await create('--boot-order', 'first')).stderr, /--boot-order[^]*whole number/);
    assert.match((await create('--boot-order', '20000')).stderr, /expected -10000 to 10000/);
    assert.match((await create('--boot-delay', '9999')).stderr, /--boot-delay[^]*0 to 3600/);
    await ok('rm', await ok('create', '--boot-delay', '10', 'busybox', 'true'));
  });
});
