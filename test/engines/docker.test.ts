/** Debian's dockerd with `--add-runtime runlxc`, by the unmodified docker CLI. */
import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { TestDockerd } from '../support/TestDockerd.ts';
import { skip } from '../support/skip.ts';
import { Docker } from '../support/Docker.ts';

const runlxc = resolve(import.meta.dirname, '../../bin/runlxc');
const flags = ['--runtime', 'runlxc'];

describe('docker with runlxc', function () {
  this.timeout(60_000);
  this.slow(5_000);
  let dockerd: TestDockerd;
  let docker: Docker;

  before(async function () {
    if (process.getuid?.() !== 0) return skip(this, 'dockerd needs root');
    dockerd = await TestDockerd.start('--add-runtime', `runlxc=${runlxc}`, '--bip', '10.222.0.1/24');
    docker = new Docker(dockerd.socket);
  });
  afterEach(async () => {
    const left = await docker.ok('ps', '-aq');
    if (left !== '') await docker.ok('rm', '-f', ...left.split('\n'));
  });
  after(() => dockerd?.dispose());

  /** The output of a container that runs a script. */
  const run = (script: string, ...options: string[]) =>
    docker.ok('run', '--rm', ...flags, ...options, 'busybox', 'sh', '-c', script);
  const keep = (name: string, script: string, ...options: string[]) =>
    docker.ok('run', '-d', '--name', name, ...flags, ...options, 'busybox', 'sh', '-c', script);
  const inspected = (name: string, format: string) => docker.ok('inspect', '-f', format, name);

  it('gives output, errors and exit code', async () => {
    const script = 'echo out; echo err >&2; exit 7';
    const ran = await docker.run(['run', '--rm', ...flags, 'busybox', 'sh', '-c', script]);
    assert.deepEqual(ran, { code: 7, stdout: 'out\n', stderr: 'err\n' });
    const missing = await docker.run(['run', '--rm', ...flags, 'busybox', 'nosuch']);
    assert.equal(missing.code, 127);
    assert.match(missing.stderr, /exec: "nosuch": executable file not found in \$PATH/);
  });

  it('gives a terminal', async () => {
    const dialogue: [RegExp | undefined, string][] = [[/ready/, 'tty; exit 4\r']];
    const command = ['run', '--rm', '-it', ...flags, 'busybox', 'sh', '-c', 'echo ready; exec sh'];
    const { code, stdout } = await docker.atTerminal(command, dialogue);
    assert.equal(code, 4);
    assert.match(stdout, /\/dev\/pts\/0/);
  });

  it('publishes ports, links containers and attaches further networks', async () => {
    const serve = 'mkdir /www; echo hello >/www/index.html; exec httpd -f -h /www';
    await keep('web', serve, '-p', '127.0.0.1:8080:80');
    assert.equal(await run('wget -q -O - http://127.0.0.1:8080/', '--network', 'host'), 'hello');
    assert.equal(await run('wget -q -O - http://web/', '--link', 'web'), 'hello');
    await docker.ok('network', 'create', 'second');
    await docker.ok('network', 'connect', 'second', 'web');
    assert.match(await docker.ok('exec', 'web', 'ip', '-o', 'addr'), /eth1 +inet /);
  });

  it('shares the namespaces of another container', async () => {
    await keep('owner', 'exec sleep 1234', '--ipc', 'shareable');
    for (const type of ['net', 'pid', 'ipc']) {
      const show = `readlink /proc/self/ns/${type}`;
      const option = type === 'net' ? '--network' : `--${type}`;
      assert.equal(
        await run(show, option, 'container:owner'),
        await docker.ok('exec', 'owner', ...show.split(' ')),
      );
    }
    assert.match(await run('ps', '--pid', 'container:owner'), /1 root .* sleep 1234/);
  });

  it('runs commands in a container, pauses, limits and measures it', async () => {
    await keep('box', 'exec sleep 1234', '-m', '64m');
    assert.equal((await docker.run(['exec', 'box', 'sh', '-c', 'exit 5'])).code, 5);
    assert.match(await docker.ok('top', 'box'), /sleep 1234/);
    await docker.ok('pause', 'box');
    assert.equal(await inspected('box', '{{.State.Status}}'), 'paused');
    await docker.ok('unpause', 'box');
    await docker.ok('update', '-m', '96m', '--memory-swap', '96m', 'box');
    assert.match(await docker.ok('stats', '--no-stream', 'box'), / \/ 96MiB/);
  });

  it('stops, kills and starts it again', async () => {
    await keep('box', 'trap "exit 3" TERM; echo ready; while :; do sleep 0.1; done');
    await docker.ok('stop', 'box');
    assert.equal(await inspected('box', '{{.State.ExitCode}}'), '3');
    await docker.ok('start', 'box');
    await docker.ok('restart', 'box');
    await docker.ok('kill', 'box');
    assert.equal(await docker.ok('wait', 'box'), '137');
    assert.equal(await docker.ok('logs', 'box'), 'ready\nready\nready');
  });

  it('starts it again as its restart policy says', async () => {
    await keep('again', 'exit 3', '--restart', 'on-failure:2');
    assert.equal(await docker.ok('wait', 'again'), '3');
    assert.equal(await inspected('again', '{{.RestartCount}} {{.State.ExitCode}}'), '2 3');
  });

  it('kills what takes more memory than it may', async () => {
    const hungry = ['sh', '-c', 'head -c 200m /dev/zero | tail'];
    const { code } = await docker.run(['run', '--rm', ...flags, '-m', '20m', 'busybox', ...hungry]);
    assert.equal(code, 137);
  });

  it('keeps what secures a container', async () => {
    const script = 'touch /x || touch /t/x && grep -E "CapEff|NoNewPrivs|Seccomp:" /proc/self/status';
    const options = [
      '--cap-drop',
      'ALL',
      '--security-opt',
      'no-new-privileges',
      '--read-only',
      '--tmpfs',
      '/t',
    ];
    assert.equal(await run(script, ...options), 'CapEff:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2');
  });

  it('gives ulimits, sysctls, devices, a hostname and an init', async () => {
    const options = [
      '--ulimit',
      'nofile=100:200',
      '--sysctl',
      'net.ipv4.ip_forward=1',
      '-h',
      'name',
      '--init',
    ];
    const script = 'ulimit -n; cat /proc/sys/net/ipv4/ip_forward; hostname; ls /dev/fuse; cat /proc/1/comm';
    assert.equal(
      await run(script, ...options, '--device', '/dev/fuse'),
      '100\n1\nname\n/dev/fuse\ndocker-init',
    );
  });
});
