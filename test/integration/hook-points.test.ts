import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { catalogue } from '../../hooks/catalogue.ts';
import { busyboxImage } from '../../scripts/lib/busyboxImage.ts';
import { TestRegistry } from '../support/TestRegistry.ts';
import { useDaemon } from '../support/useDaemon.ts';

const plugins = resolve(import.meta.dirname, 'support/plugins');

function yaml(...names: string[]): string {
  return `plugins:\n${names.map((name) => `  - path: ${plugins}/${name}.ts\n${isolation(name)}`).join('')}`;
}

/** Surfaces are in pouchd only. */
function isolation(name: string): string {
  return ['speaks', 'mute'].includes(name) ? '    isolation: in-process\n' : '';
}

const points = Object.values(catalogue).flatMap((family) =>
  Object.values<{ name: string }>(family).map(({ name }) => name),
);

/** It passes the check for checkpoints; runc then fails to write one, after the taps of preCheckpoint. */
async function standInForCriu(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'pd-criu-'));
  await writeFile(join(directory, 'criu'), '#!/bin/sh\n[ "$1" = check ] || [ "$1" = --version ]\n');
  await chmod(join(directory, 'criu'), 0o755);
  return directory;
}

describe('hook points', function () {
  this.timeout(120_000);
  this.slow(10_000);
  let criu = '';
  let archive = '';
  const env: Record<string, string> = {};
  before(async () => {
    criu = await standInForCriu();
    env['PATH'] = `${criu}:${process.env['PATH']}`;
    archive = join(criu, 'image.tar');
    await busyboxImage(archive, 'docker.io/library/refused:latest');
  });
  after(() => rm(criu, { recursive: true, force: true }));

  const daemon = useDaemon({ yaml: yaml('recordsHooks', 'decides', 'refusesFirst'), env });
  const { ok, pouch } = daemon;

  /** Fails the first time with the words of the plugin, and works the second time. */
  async function refusedOnce(point: string, ...args: string[]): Promise<void> {
    const { exitCode, stderr } = await pouch(...args);
    assert.notEqual(exitCode, 0, `pouch ${args.join(' ')} was not refused`);
    assert.match(stderr, new RegExp(`${point} says no`));
    assert.match(stderr, /plugin refuses-first/);
    await ok(...args);
  }

  async function blameOf(ref: string, field: string) {
    type Entry = Record<'plugin' | 'hook' | 'field', string>;
    return JSON.parse(await ok('explain', ref, '--field', field, '--format', 'json')) as Entry[];
  }

  const ended = (name: string, code: number) =>
    daemon.it.until(name, 'exited').then(({ State }) => assert.equal(State.ExitCode, code));

  it('container.preStop chooses the signal and the time until SIGKILL', async () => {
    const script = 'trap "exit 7" USR1; trap "" TERM; echo ready; while :; do sleep 0.1; done';
    await ok('run', '-d', '--name', 'stops', '--label', 'decide=stop', 'busybox', 'sh', '-c', script);
    await waitUntil(async () => (await ok('logs', 'stops')) === 'ready', { withinMs: 30_000 });
    await ok('stop', '--time', '0', 'stops');
    await ended('stops', 7);
    assert.ok((await blameOf('stops', 'stop.signal')).some(({ hook }) => hook === 'container.preStop'));
    await ok('rm', 'stops');
  });

  it('container.preStop refuses a stop, which works when it is tried again', async () => {
    await ok('run', '-d', '--name', 'refused-stop', 'busybox', 'sleep', '100');
    await refusedOnce('preStop', 'stop', '--time', '0', 'refused-stop');
    await ended('refused-stop', 137);
    await refusedOnce('container.preRemove', 'rm', 'refused-stop');
  });

  it('container.preRemove leaves a running container as it was', async () => {
    await daemon.it.restart();
    await ok('run', '-d', '--name', 'refused-rm', 'busybox', 'sleep', '100');
    const { stderr } = await pouch('rm', '-f', 'refused-rm');
    assert.match(stderr, /container\.preRemove says no/);
    assert.equal((await daemon.it.inspect('refused-rm'))?.State.Status, 'running');
    await ok('rm', '-f', 'refused-rm');
    assert.equal(await daemon.it.inspect('refused-rm'), undefined);
  });

  it('container.restart decides whether and when a container starts again', async () => {
    await ok('run', '-d', '--name', 'again', '--label', 'decide=restart', 'busybox', 'sh', '-c', 'exit 3');
    const restarted = async () => (await daemon.it.inspect('again'))?.RestartCount === 1;
    assert.ok(await waitUntil(restarted, { withinMs: 30_000 }), await daemon.it.log());
    await ended('again', 3);
    await ok('rm', 'again');
  });

  it('container.preCheckpoint refuses a checkpoint; the container continues', async () => {
    await ok('run', '-d', '--name', 'refused-checkpoint', 'busybox', 'sleep', '100');
    const first = await pouch('checkpoint', 'create', 'refused-checkpoint', 'one');
    assert.match(first.stderr, /preCheckpoint says no/);
    // The stand-in for criu writes none: it got as far as the runtime.
    const second = await pouch('checkpoint', 'create', 'refused-checkpoint', 'one');
    assert.doesNotMatch(second.stderr, /preCheckpoint says no/);
    assert.equal((await daemon.it.inspect('refused-checkpoint'))?.State.Status, 'running');
    await pouch('rm', '-f', 'refused-checkpoint');
    await pouch('rm', '-f', 'refused-checkpoint');
  });

  it('container.preExec changes the process', async () => {
    await ok('run', '-d', '--name', 'execs', 'busybox', 'sleep', '100');
    assert.equal(await ok('exec', 'execs', 'sh', '-c', 'echo $DECIDED'), 'yes');
    const [entry] = await blameOf('execs', 'exec.env.DECIDED');
    assert.deepEqual([entry?.plugin, entry?.hook], ['decides', 'container.preExec']);
    await ok('rm', '-f', 'execs');
  });

  it('image.resolve replaces a reference, blamed as a field of the container', async () => {
    const id = await ok('create', 'shorthand');
    const [entry] = await blameOf(id, 'image.reference');
    assert.deepEqual([entry?.plugin, entry?.hook], ['decides', 'image.resolve']);
    await ok('rm', id);
  });

  it('a failing observer is an event', async () => {
    await ok('rm', await ok('create', '--name', 'unlucky', 'busybox'));
    const failed = async () => /plugin_failed.*cannot look/.test(await recent());
    const recent = () =>
      ok('events', '--since', '1m', '--until', String(Date.now() / 1000), '--filter', 'type=daemon');
    assert.ok(await waitUntil(failed, { withinMs: 30_000 }), await recent());
  });

  it('network.preAttach changes the ports, blamed as fields of the container', async () => {
    const id = await ok('run', '-d', 'busybox', 'sleep', '100');
    assert.match(await ok('port', id), /80\/tcp -> 127\.0\.0\.1:\d+/);
    const blame = await blameOf(id, 'network.ports');
    assert.ok(
      blame.some(
        ({ plugin, hook, field }) =>
          plugin === 'decides' && hook === 'network.preAttach' && field.includes('80/tcp'),
      ),
      JSON.stringify(blame),
    );
    await ok('rm', '-f', id);
  });

  it('volume.preCreate labels volumes, and may refuse one', async () => {
    await refusedOnce('volume.preCreate', 'run', '--rm', '-v', 'refused-data:/data', 'busybox', 'true');
    const volume = await ok('volume', 'inspect', 'refused-data');
    assert.match(volume, /"owner": "decides"/);
    assert.match(volume, /"hook": "volume.preCreate"/);
    await refusedOnce('volume.preRemove', 'volume', 'rm', 'refused-data');
  });

  it('image.postLoad refuses an image that is loaded: no name points to it', async () => {
    const { stderr } = await pouch('load', '--input', archive);
    assert.match(stderr, /postLoad says no/);
    assert.doesNotMatch(await ok('images'), /refused/);
    await ok('load', '--input', archive);
    assert.match(await ok('images'), /refused/);
    await refusedOnce('image.preRemove', 'rmi', 'refused');
  });

  it('image.postLoad refuses an image that is pulled', async () => {
    await daemon.it.restart();
    const registry = await TestRegistry.start();
    try {
      const reference = await registry.push(`oci-archive:${archive}`, 'refused:latest');
      await refusedOnce('postLoad', 'pull', reference);
      await refusedOnce('image.preRemove', 'rmi', reference);
    } finally {
      await registry.stop();
    }
  });

  it('are all called in the life of containers, images, volumes, networks and the daemon', async () => {
    await daemon.it.reload(/fired daemon\.reload/);
    const id = await ok('run', '-d', 'busybox', 'sleep', '100');
    await ok('update', '--memory', '64m', id);
    await ok('rm', '-f', id);
    await daemon.it.restart();
    const log = await daemon.it.log();
    assert.deepEqual(
      points.filter((point) => !log.includes(`fired ${point} `) && !log.includes(`fired ${point}\n`)),
      [],
    );
  });

  describe('a surface', function () {
    this.timeout(60_000);
    it('that a reload adds is started, and stopped by the reload that removes it', async () => {
      await daemon.it.configure(yaml('speaks'));
      await daemon.it.reload(/speaks: started/);
      await daemon.it.configure(yaml('speaks', 'decides'));
      await daemon.it.reload(/speaks: stopped.*speaks: started.*configuration reloaded/s);
      await daemon.it.configure('');
      await daemon.it.reload(/speaks: stopped.*configuration reloaded/s);
    });

    it('that does not start quarantines its plugin alone; the next reload works', async () => {
      const folder = join(daemon.it.dir, 'mute');
      await mkdir(folder, { recursive: true, mode: 0o755 });
      await writeFile(
        join(folder, 'mute.ts'),
        `import { definePlugin } from 'pouch/hooks';
  export default definePlugin({
    name: 'mute',
    setup: ({ surface }) =>
      surface({ name: 'mute', start: () => Promise.reject(new Error('no voice')), stop: async () => {} }),
  });
  `,
      );
      await daemon.it.configure(yaml('speaks'));
      await daemon.it.reload(/configuration reloaded/);
      await daemon.it.configure(`${yaml('speaks')}  - path: ${folder}/mute.ts\n${isolation('mute')}`);
      await daemon.it.reload(
        /speaks: stopped.*speaks: started.*mute is quarantined.*no voice.*configuration reloaded/s,
      );
      assert.match(await daemon.ok('info'), /speaks: active\n +mute: quarantined \(no voice\)/);
      await daemon.ok('run', '--rm', 'busybox', 'true');
      await daemon.it.configure(yaml('speaks'));
      await daemon.it.reload(/configuration reloaded/);
    });
  });
});
