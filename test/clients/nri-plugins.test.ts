/** The sample plugins of NRI, unchanged: https://github.com/containerd/nri, plugins/. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { skip } from '../support/skip.ts';
import { TestPouchd } from '../support/TestPouchd.ts';
import { nriPlugins } from './support/nriPlugins.ts';

/** They connect to /var/run/nri/nri.sock, whatever the host has there: each has a mount namespace of its own. */
const atItsPath = `mount -t tmpfs none /run && mkdir /run/nri && touch /run/nri/nri.sock &&
  mount --bind "$1" /run/nri/nri.sock && shift && exec "$@"`;

describe('the sample plugins of NRI', function () {
  this.timeout(300_000);
  this.slow(60_000);
  let pouchd: TestPouchd | undefined;
  let directory: string;
  const running: { child: ChildProcess; output: () => string }[] = [];

  before(async function () {
    try {
      directory = await nriPlugins();
    } catch (error) {
      return skip(this, `no plugins: ${(error as Error).message.split('\n')[0]}`);
    }
    pouchd = await TestPouchd.create();
    const yaml = `plugins:\n  - { name: nri, options: { socket: ${socket()} } }\n`;
    await pouchd.configure(yaml);
    await pouchd.restart();
  });
  after(async () => {
    await Promise.all(running.map(({ child }) => ended(child)));
    await pouchd?.dispose();
  });

  const socket = () => join(pouchd!.dir, 'nri.sock');
  const ok = async (...args: string[]) => {
    const { exitCode, stdout, stderr } = await pouchd!.pouch(...args);
    assert.equal(exitCode, 0, stderr);
    return stdout.trimEnd();
  };

  /** Resolves when it is connected. */
  async function start(name: string, index: string, ...flags: string[]) {
    const command = [join(directory, name), '-idx', index, '-name', name, ...flags];
    const args = ['-m', '--propagation', 'private', 'sh', '-c', atItsPath, 'sh', socket(), ...command];
    const child = spawn('unshare', args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => (output += String(chunk)));
    const plugin = { child, output: () => output };
    running.push(plugin);
    const isListed = async () => (await ok('nri')).includes(`${index}-${name}`);
    assert.ok(await waitUntil(isListed, { withinMs: 10_000 }), output);
    return plugin;
  }

  async function ended(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }

  it('ulimit-adjuster and device-injector: annotations become limits, devices and mounts', async () => {
    await writeFile(join(pouchd!.dir, 'greeting'), 'hello\n');
    await chmod(pouchd!.dir, 0o755);
    await start('ulimit-adjuster', '20');
    await start('device-injector', '30');
    const annotations = {
      'ulimits.nri.containerd.io/container.web': '[{type: RLIMIT_CORE, soft: 4096, hard: 8192}]',
      'devices.nri.io/container.web': '[{path: /dev/extra, type: c, major: 1, minor: 5}]',
      'mounts.nri.io/container.web': `[{source: ${pouchd!.dir}/greeting, destination: /greeting, type: bind, options: [bind, ro]}]`,
    };
    const flags = Object.entries(annotations).flatMap(([key, value]) => ['--annotation', `${key}=${value}`]);
    const script = 'ulimit -c; ulimit -Hc; head -c2 /dev/extra | od -An -tx1; cat /greeting';
    const output = await ok('run', '--name', 'web', ...flags, 'busybox', 'sh', '-c', script);
    assert.deepEqual(
      output.split('\n').map((line) => line.trim()),
      ['8', '16', '00 00', 'hello'],
    );
    const blame = await ok('explain', 'web');
    assert.match(blame, /^process\.rlimits\.RLIMIT_CORE.* nri\/20-ulimit-adjuster /m);
    assert.match(blame, /^devices\["\/dev\/extra"\].* nri\/30-device-injector /m);
    await ok('rm', 'web');
  });

  it('logger: sees every event of a container’s life, and changes it', async () => {
    const logger = await start('logger', '10', '-add-env', 'LOGGED');
    await ok('run', '-d', '--name', 'seen', '--stop-timeout', '0', 'busybox', 'sleep', '1000');
    assert.match(await ok('exec', 'seen', 'env'), /^LOGGED=logger-pid-/m);
    await ok('update', '-m', '64m', 'seen');
    await ok('stop', 'seen');
    await ok('rm', 'seen');
    const events = () => [
      ...new Set([...logger.output().matchAll(/msg="(\w+):/g)].map(([, event]) => event)),
    ];
    const life = [
      ...['Synchronize', 'RunPodSandbox', 'CreateContainer', 'PostCreateContainer', 'StartContainer'],
      ...['PostStartContainer', 'UpdateContainer', 'PostUpdateContainer', 'StopContainer'],
      ...['StopPodSandbox', 'RemoveContainer', 'RemovePodSandbox'],
    ];
    await waitUntil(() => events().length === life.length, { withinMs: 5_000 });
    assert.deepEqual(events(), life);
  });

  it('a plugin that is killed is not called any more, and can connect again', async () => {
    const logger = running.at(-1)!;
    logger.child.kill('SIGKILL');
    assert.ok(await waitUntil(async () => !(await ok('nri')).includes('logger'), { withinMs: 5_000 }));
    assert.equal(await ok('run', '--rm', 'busybox', 'sh', '-c', 'echo ${LOGGED-none}'), 'none');
    await start('logger', '10', '-add-env', 'LOGGED');
    assert.match(await ok('run', '--rm', 'busybox', 'sh', '-c', 'echo $LOGGED'), /^logger-pid-/);
  });
});
