import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { useDaemon } from '../support/useDaemon.ts';

const plugins = resolve(import.meta.dirname, 'support/plugins');

describe('a tap that fails under `degrade`', function () {
  this.timeout(60_000);
  this.slow(10_000);
  const daemon = useDaemon({ yaml: `plugins:\n  - path: ${plugins}/degrades.ts\n` });
  const { ok } = daemon;

  /** Waits until the container is marked by exactly these hooks: those of observers come in the background. */
  async function isMarkedBy(id: string, ...hooks: string[]): Promise<void> {
    const marks = async () => {
      const { Degraded = [] } = JSON.parse(await ok('inspect', '--format', '{{json .}}', id)) as {
        Degraded?: { plugin: string; hook: string; message: string }[];
      };
      return Degraded.map(({ hook }) => hook).sort();
    };
    const expected = hooks.toSorted().join();
    const isReached = await waitUntil(async () => (await marks()).join() === expected, { withinMs: 5000 });
    assert.ok(isReached, `marked by ${(await marks()).join()}; expected ${expected}`);
  }

  it('marks the container at every hook that concerns it, and a restart of pouchd keeps the marks', async () => {
    const created = ['container.preCreate', 'container.spec', 'container.postCreate'];
    const id = await ok('create', 'busybox', 'sleep', '100');
    await isMarkedBy(id, ...created);
    await ok('start', id);
    const started = [...created, 'container.prestart', 'container.poststart'];
    await isMarkedBy(id, ...started);
    assert.match(await ok('ps', '--filter', `id=${id}`), /degraded/);
    await ok('exec', id, 'true');
    await ok('update', '--memory', '64m', id);
    const used = [
      ...started,
      'container.preExec',
      'container.postExec',
      'container.preUpdate',
      'container.postUpdate',
    ];
    await isMarkedBy(id, ...used);
    await daemon.it.kill9();
    await daemon.it.start();
    await isMarkedBy(id, ...used);
    await ok('stop', '-t', '0', id);
    await isMarkedBy(id, ...used, 'container.preStop', 'container.poststop', 'network.postDetach');
    await ok('rm', id);
  });

  it('marks a container whose restart it concerns', async () => {
    const id = await ok('run', '-d', '--restart', 'on-failure:1', 'busybox', 'false');
    const marks = async () => /"hook": "container\.restart"/.test(await ok('inspect', id));
    assert.ok(await waitUntil(marks, { withinMs: 5000 }), await ok('inspect', id));
    await ok('rm', '-f', id);
  });
});
