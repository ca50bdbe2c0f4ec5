import assert from 'node:assert/strict';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { stepsOf } from '../support/hostEdits/edit.ts';
import { useDaemon } from '../support/useDaemon.ts';

const original = join(import.meta.dirname, 'support/plugins/adds.ts');
const sleeper = { image: 'busybox', command: ['sleep', '1000'], network: 'none', 'stop-timeout': '0' };

describe('a declared host whose plugins and settings change', function () {
  this.timeout(120_000);
  this.slow(20_000);
  const daemon = useDaemon();
  const { pouch, ok } = daemon;
  let file: string;

  /** The file of the host, with options of the plugin; without options it has no plugin. */
  const write = (options: object | undefined, settings: object = {}) =>
    daemon.it.declare({
      ...settings,
      ...(options && { plugins: [{ path: file, isolation: 'in-process', options }] }),
      profiles: { small: { memory: '64m', label: { size: 'small' } } },
      containers: { web: { ...sleeper, profiles: ['small'] }, db: { ...sleeper, onRemove: 'keep' } },
    });
  const envOf = async (name: string) => (await daemon.it.inspect(name))!.Config.Env ?? [];
  const labelOf = async (name: string) => (await daemon.it.inspect(name))!.Config.Labels?.['team'];
  const idOf = async (name: string) => (await daemon.it.inspect(name))!.Id;
  const pidOf = async (name: string) => (await daemon.it.inspect(name))!.State.Pid;
  const planned = async () => stepsOf((await pouch('apply', '--dry-run')).stdout);

  before(async () => {
    file = join(daemon.it.dir, 'adds.ts');
    await copyFile(original, file);
    await write({ labels: { team: 'a' }, env: { SITE: 'x' } });
    await ok('apply');
    assert.equal(await labelOf('web'), 'a');
    await ok(
      'run',
      '-d',
      '--name',
      'own',
      '--network',
      'none',
      '--stop-timeout',
      '0',
      'busybox',
      'sleep',
      '99',
    );
  });

  it('changes what a plugin adds while a container runs', async () => {
    const before = [await idOf('web'), await pidOf('web')];
    await write({ labels: { team: 'b' }, env: { SITE: 'x' } });
    const { stdout } = await pouch('apply');
    assert.match(
      stdout,
      /~ container web: change .*\n {4}labels\.team: a -> b {2}\(plugin adds, .*pouchd\.yaml:\d+\)\n/,
    );
    assert.deepEqual([await labelOf('web'), await labelOf('db')], ['b', 'b']);
    assert.deepEqual([await idOf('web'), await pidOf('web')], before);
    assert.equal(await ok('apply'), 'nothing to do');
    assert.equal(await labelOf('own'), 'a');
  });

  it('restarts a container where the change needs it, by itself once the file is read', async () => {
    const before = [await idOf('web'), await pidOf('web')];
    await write({ labels: { team: 'b' }, env: { SITE: 'y' } });
    await daemon.it.reload(/configuration reloaded/);
    const isChanged = async () => (await envOf('web')).includes('SITE=y') && (await pidOf('web')) > 0;
    assert.ok(await waitUntil(isChanged, { withinMs: 20_000 }), (await pouch('status')).stdout);
    assert.equal(await idOf('web'), before[0]);
    assert.notEqual(await pidOf('web'), before[1]);
    assert.match(await ok('exec', 'web', 'env'), /SITE=y/);
    assert.ok(await waitUntil(async () => (await ok('apply')) === 'nothing to do', { withinMs: 20_000 }));
  });

  it('sees another file of a plugin, and a plugin that is gone', async () => {
    const code = await readFile(file, 'utf8');
    await writeFile(file, code.replace('draft.labels, labels', "draft.labels, { team: 'code' }"));
    await ok('plugin', 'reload');
    assert.ok(await waitUntil(async () => (await labelOf('web')) === 'code', { withinMs: 20_000 }));
    await write(undefined);
    assert.equal((await pouch('apply')).exitCode, 0);
    assert.deepEqual([await labelOf('web'), await labelOf('db')], [undefined, undefined]);
    assert.ok(!(await envOf('web')).includes('SITE=y'));
    assert.equal(await ok('apply'), 'nothing to do');
  });

  it('keeps a container while a plugin of it fails', async () => {
    await copyFile(original, file);
    await write({ labels: { team: 'c' } });
    await ok('apply');
    await write({ labels: { team: 'd' }, fails: true });
    assert.equal(await ok('apply'), 'nothing to do');
    assert.equal(await labelOf('web'), 'c');
    await write({ labels: { team: 'd' } });
    await ok('apply');
    assert.equal(await labelOf('web'), 'd');
  });

  it('applies a setting of pouchd.yaml for every container', async () => {
    await write({ labels: { team: 'd' } }, { shmSize: '32m' });
    const dry = await pouch('apply', '--dry-run');
    const hint =
      'settings or plugins of the files are not in force yet: an apply may change more than this\n';
    assert.deepEqual([dry.exitCode, dry.stdout], [2, hint]);
    const { stdout } = await pouch('apply');
    assert.match(
      stdout,
      /container web: restart .*\n {4}mounts\["\/dev\/shm"\]\.options: .*pouchd\.yaml:\d+, needs a restart\)/,
    );
    assert.match(await ok('exec', 'web', 'df', '-k', '/dev/shm'), /32768/);
    assert.equal(await ok('apply'), 'nothing to do');
  });

  it('continues after pouchd was killed, and a restart of pouchd alone changes nothing', async () => {
    await daemon.it.kill9();
    await write({ labels: { team: 'e' } }, { shmSize: '16m' });
    await daemon.it.start();
    const isUp = async () => /^2 of 2 declared/.test((await pouch('status')).stdout);
    assert.ok(await waitUntil(isUp, { withinMs: 20_000 }), (await pouch('status')).stdout);
    assert.deepEqual([await labelOf('web'), await labelOf('db')], ['e', 'e']);
    const before = await pidOf('web');
    await daemon.it.restart();
    assert.deepEqual(await planned(), []);
    assert.equal(await pidOf('web'), before);
  });

  it('leaves containers that are not declared to `reconcile --always`', async () => {
    assert.equal(await labelOf('own'), 'a');
    assert.equal(await ok('reconcile', 'own'), 'own: lacks nothing');
    assert.match(
      await ok('reconcile', '--always', '--dry-run', 'own'),
      /labels\.team {3}\(adds, .*\n {4}- "a"\n {4}\+ "e"/,
    );
    assert.match(await ok('reconcile', '--always', '--restart', 'own'), /restarted; lacks nothing/);
    assert.equal(await labelOf('own'), 'e');
    assert.equal(await ok('reconcile', '--always', 'own'), 'own: lacks nothing');
  });
});
