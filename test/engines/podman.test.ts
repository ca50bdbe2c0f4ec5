/** Debian's podman with `--runtime runlxc`: conmon starts it, and it shares namespaces by the pid file's process. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { execa } from 'execa';
import { busyboxImage } from '../../scripts/lib/busyboxImage.ts';
import { mountsBelow } from '../../scripts/lib/mounts.ts';
import { removeCgroup } from '../support/host/cgroups.ts';
import { skip } from '../support/skip.ts';

const runlxc = resolve(import.meta.dirname, '../../bin/runlxc');

// Its default limits are higher than some hosts allow; its locks are else the host's, in /dev/shm.
const configuration = `
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]
lock_type = "file"
`;

describe('podman with runlxc', function () {
  this.timeout(60_000);
  this.slow(5_000);
  const directory = mkdtempSync(join(tmpdir(), 'pouch-podman-'));
  const cgroup = `/${basename(directory)}`;
  const path = (name: string) => join(directory, name);
  const plain = ['--network', 'none', '--cgroup-parent', cgroup];

  before(async function () {
    if (process.getuid?.() !== 0) return skip(this, 'podman needs root');
    writeFileSync(path('containers.conf'), configuration);
    await busyboxImage(path('busybox.tar'));
    await ok('load', '-i', path('busybox.tar'));
  });
  afterEach(async () => {
    await ok('pod', 'rm', '-af', '-t', '0');
    await ok('rm', '-af', '-t', '0');
  });
  after(async () => {
    for (const mount of mountsBelow(directory)) await execa('umount', [mount], { reject: false });
    await removeCgroup(cgroup);
    rmSync(directory, { recursive: true, force: true });
  });

  function podman(args: string[], options = {}) {
    const places = ['--root', path('root'), '--runroot', path('run'), '--tmpdir', path('tmp')];
    const host = ['--storage-driver', 'vfs', '--cgroup-manager', 'cgroupfs', '--events-backend', 'file'];
    return execa('podman', [...places, ...host, '--runtime', runlxc, ...args], {
      env: { CONTAINERS_CONF: path('containers.conf') },
      timeout: 30_000,
      reject: false,
      ...options,
    });
  }
  async function ok(...args: string[]): Promise<string> {
    const { stdout, stderr, exitCode } = await podman(args, { stdin: 'ignore' });
    assert.equal(exitCode, 0, `podman ${args.join(' ')}: ${stderr}`);
    return String(stdout);
  }
  const run = (script: string, ...options: string[]) =>
    ok('run', '--rm', ...options, 'busybox', 'sh', '-c', script);
  const keep = (name: string, script: string, ...options: string[]) =>
    ok('run', '-d', '--name', name, ...plain, ...options, 'busybox', 'sh', '-c', script);

  it('gives output, errors and exit code', async () => {
    const script = 'echo out; echo err >&2; exit 7';
    const { exitCode, stdout, stderr } = await podman([
      'run',
      '--rm',
      ...plain,
      'busybox',
      'sh',
      '-c',
      script,
    ]);
    assert.deepEqual([exitCode, stdout, stderr], [7, 'out', 'err']);
    const missing = await podman(['run', '--rm', ...plain, 'busybox', 'nosuch']);
    assert.equal(missing.exitCode, 127);
    assert.match(String(missing.stderr), /executable file not found in \$PATH/);
  });

  it('hands standard input on', async () => {
    const { stdout } = await podman(['run', '--rm', '-i', ...plain, 'busybox', 'wc', '-c'], {
      input: 'x'.repeat(100_000),
    });
    assert.equal(stdout, '100000');
  });

  it('gives a terminal', async () => {
    const shown = await run('tty', '-t', ...plain);
    assert.match(shown, /\/dev\/pts\/0/);
  });

  it('has a loopback interface that is up', async () => {
    assert.match(await run('ip -o addr', ...plain), /lo +inet 127\.0\.0\.1/);
  });

  it('runs commands in a container, pauses it and lists its processes', async () => {
    await keep('box', 'exec sleep 1234', '-m', '64m');
    assert.equal((await podman(['exec', 'box', 'sh', '-c', 'exit 5'])).exitCode, 5);
    assert.match(await ok('top', 'box'), /sleep 1234/);
    await ok('pause', 'box');
    assert.equal(await ok('inspect', '-f', '{{.State.Status}}', 'box'), 'paused');
    await ok('unpause', 'box');
    assert.match(await ok('stats', '--no-stream', 'box'), / \/ 67\.11MB/);
  });

  it('stops, kills and starts it again', async () => {
    const ended = () => ok('inspect', '-f', '{{.State.Status}} {{.State.ExitCode}}', 'box');
    await keep('box', 'trap "exit 3" TERM; echo ready; while :; do sleep 0.1; done');
    await ok('stop', 'box');
    assert.equal(await ended(), 'exited 3');
    await ok('start', 'box');
    await ok('kill', 'box');
    assert.equal(await ok('wait', 'box'), '137');
    assert.equal(await ok('logs', 'box'), 'ready\nready');
  });

  it('makes a container that is started later', async () => {
    await ok('create', '--name', 'box', ...plain, 'busybox', 'echo', 'hello');
    await ok('init', 'box');
    assert.equal(await ok('start', '-a', 'box'), 'hello');
  });

  it('shares the namespaces of another container', async () => {
    await keep('owner', 'exec sleep 1234', '--ipc', 'shareable');
    for (const type of ['net', 'pid', 'ipc']) {
      const show = `readlink /proc/self/ns/${type}`;
      const options = type === 'net' ? [] : ['--network', 'none'];
      const joined = [`--${type === 'net' ? 'network' : type}`, 'container:owner'];
      const seen = await run(show, ...options, ...joined, '--cgroup-parent', cgroup);
      assert.equal(seen, await ok('exec', 'owner', ...show.split(' ')), type);
    }
  });

  it('makes pods', async () => {
    const infra = ['--infra-image', 'busybox', '--infra-command', 'sleep 1234', '--share', 'net,ipc,uts'];
    await ok('pod', 'create', '--name', 'pod', ...plain, ...infra);
    await ok('run', '-d', '--pod', 'pod', '--name', 'web', 'busybox', 'httpd', '-f', '-h', '/bin');
    assert.equal(await run('wget -q -O - http://127.0.0.1/busybox | head -c 4', '--pod', 'pod'), '\x7fELF');
    await ok('pod', 'pause', 'pod');
    await ok('pod', 'unpause', 'pod');
  });

  it('has users of its own', async () => {
    const shown = await run('id -u; cat /proc/self/uid_map', '--uidmap', '0:100000:1000', ...plain);
    assert.match(shown, /^0\n +0 +100000 +1000$/);
  });
});
