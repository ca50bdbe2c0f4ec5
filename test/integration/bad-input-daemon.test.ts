/** A daemon that cannot start, or cannot be reached; plugins that cannot be used. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import type { ErrorCode } from '../../hooks/errors.ts';
import { makeDaemonDirectory } from '../support/daemonDirectory.ts';
import { processesOf } from '../support/host/processes.ts';
import { sampleTests, someOf } from '../support/someOf.ts';
import { TestPouchd } from '../support/TestPouchd.ts';
import { failedStart, failedStartWith, type FailedStart } from './support/bad-input/failedStart.ts';
import { brokenPlugins, writeBroken } from './support/bad-input/plugins.ts';
import { assertSteady, baseline } from './support/bad-input/steady.ts';

const cli = resolve(import.meta.dirname, '../../bin/pouch');

describe('a pouchd that cannot start', function () {
  this.timeout(60_000);
  let dir: string;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'pouch-bad-'));
  });

  afterEach(async () => {
    const left = processesOf({ dir, cgroupParent: '/no-such-parent' });
    for (const { pid } of left) process.kill(pid, 'SIGKILL');
    await rm(dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    assert.deepEqual(left, [], 'it leaves no process');
  });

  function assertTold({ exitCode, stderr }: FailedStart, code: ErrorCode, says: RegExp): void {
    assert.match(stderr, says);
    assert.match(stderr, /^hint: .+/m);
    assert.match(stderr, new RegExp(`\\(${code}\\)`));
    assert.equal(exitCode, 1);
  }

  it('reports every mistake of its configuration at once, each with file and line', async () => {
    const bad = 'log:\n  level: loud\nstopTimeout: soon\nnetwrok:\n  mtu: 1\ncontainers: 7\n';
    const { exitCode, stderr } = await failedStartWith(dir, bad);
    for (const expected of [/pouchd\.yaml:5.*loud/, /pouchd\.yaml:6.*soon/, /pouchd\.yaml:7.*network/])
      assert.match(stderr, expected);
    assert.match(stderr, /PCH_CONFIG_INVALID/);
    assert.equal(exitCode, 1);
    assert.deepEqual(await readdir(dir), ['pouchd.yaml'], 'nothing was made');
  });

  it('reports the line of malformed YAML', async () => {
    assert.match(
      (await failedStartWith(dir, 'log: [\n')).stderr,
      /pouchd\.yaml:\d+(.|\n)*PCH_CONFIG_INVALID/,
    );
  });

  it('reports that its configuration file does not exist', async () => {
    assertTold(await failedStart(['--config', join(dir, 'no.yaml')]), 'PCH_CONFIG_NOT_FOUND', /no\.yaml/);
  });

  it('reports an unknown flag', async () => {
    assertTold(await failedStart(['--bogus']), 'PCH_OPTION_INVALID', /--bogus/);
  });

  it('reports that containerd is not installed', async () => {
    const yaml = 'containerd:\n  binary: /nosuch/containerd\n';
    assertTold(await failedStartWith(dir, yaml), 'PCH_CONTAINERD_MISSING', /\/nosuch\/containerd/);
  });

  it('reports that the host’s containerd does not respond', async () => {
    const yaml = `containerd:\n  managed: false\n  address: ${dir}/no.sock\n`;
    assertTold(await failedStartWith(dir, yaml), 'PCH_CONTAINERD_UNAVAILABLE', /no\.sock/);
  });

  describe('at a taken address', () => {
    let taken: Server;

    async function take(where: string | number): Promise<void> {
      taken = createServer();
      if (typeof where === 'string') taken.listen(where);
      else taken.listen(where, '127.0.0.1');
      await once(taken, 'listening');
    }

    afterEach(async () => {
      taken.close();
      await once(taken, 'close');
    });

    it('reports the socket that another process serves', async () => {
      await take(join(dir, 'taken.sock'));
      const yaml = `listen: ['unix://${dir}/taken.sock']\n`;
      assertTold(await failedStartWith(dir, yaml), 'PCH_LISTEN', /taken\.sock/);
    });

    it('reports the port that another process serves', async () => {
      await take(0);
      const { port } = taken.address() as { port: number };
      const yaml = `listen: [{ address: 'tcp://127.0.0.1:${port}', insecure: true }]\n`;
      assertTold(await failedStartWith(dir, yaml), 'PCH_LISTEN', new RegExp(`127\\.0\\.0\\.1:${port}`));
    });
  });

  sampleTests(this);
});

describe('a pouchd with plugins that cannot be used', function () {
  this.timeout(60_000);
  let pouchd: TestPouchd;
  let plugins: string;

  before(async () => {
    plugins = await mkdtemp(join(tmpdir(), 'pouch-plugins-'));
    pouchd = await TestPouchd.create({ yaml: await writeBroken(plugins) });
  });

  after(async () => {
    await pouchd?.dispose();
    await rm(plugins, { recursive: true });
  });

  for (const { name, says } of someOf(brokenPlugins))
    it(`names ${name} quarantined, and why`, async () => {
      const { stdout } = await pouchd.pouch('info');
      const line = stdout
        .split('\n')
        .find((text) => text.includes(`${name}`) && text.includes('quarantined'));
      assert.ok(line, stdout);
      assert.match(line, says);
    });

  it('runs containers all the same', async () => {
    const { exitCode, stderr } = await pouchd.pouch('run', '--rm', '--network', 'none', 'busybox', 'true');
    assert.equal(exitCode, 0, stderr);
    for (const { name } of brokenPlugins)
      assert.match(stderr, new RegExp(`WARNING: made without plugin ${name}: quarantined`));
  });
});

describe('beside a running pouchd', function () {
  this.timeout(60_000);
  let pouchd: TestPouchd;
  let first: string[];
  let dir: string;

  before(async () => {
    pouchd = await TestPouchd.create();
    dir = await makeDaemonDirectory();
    await pouchd.pouch('run', '--rm', 'busybox', 'true');
    await pouchd.pouch('run', '-d', '--name', 'keep', 'busybox', 'sleep', '1000');
    first = await baseline(pouchd);
  });

  after(async () => {
    await pouchd?.dispose();
    await rm(dir, { recursive: true });
  });

  it('another one with the same root does not start, and does not change the first', async () => {
    const yaml = `root: ${pouchd.root}\nstate: ${dir}/state\n`;
    const { exitCode, stderr } = await failedStartWith(dir, yaml);
    assert.match(stderr, /another pouchd is using/);
    assert.match(stderr, /PCH_DAEMON_RUNNING/);
    assert.equal(exitCode, 1);
    await assertSteady(pouchd, first);
  });

  it('one with its subnet starts, but has no bridge network', async () => {
    const clash = await TestPouchd.create({ yaml: `network:\n  subnet: ${pouchd.names.subnet}\n` });
    try {
      const none = await clash.pouch('run', '--rm', '--network', 'none', 'busybox', 'true');
      assert.equal(none.exitCode, 0, none.stderr);
      const bridge = await clash.pouch('run', '--rm', 'busybox', 'true');
      assert.match(bridge.stderr, /overlaps with .*\nhint: .*network\.subnet.*\ncode: PCH_NETWORK_CLASH/s);
      assert.equal(bridge.exitCode, 125);
    } finally {
      await clash.dispose();
    }
    await assertSteady(pouchd, first);
  });

  it('a user who may not open its socket gets an error that says so', async () => {
    await chmod(pouchd.dir, 0o711);
    const asNobody = ['--reuid=65534', '--regid=65534', '--clear-groups', cli, '-H', pouchd.host];
    const { exitCode, stderr } = await execa('setpriv', [...asNobody, 'ps'], {
      reject: false,
      timeout: 10_000,
    });
    assert.match(stderr, /permission denied\nhint: run this as root .*\ncode: PCH_DAEMON_UNREACHABLE/s);
    assert.equal(exitCode, 1);
  });

  it('while it is down, commands say so; its containers run on and it has them again', async () => {
    await pouchd.stop();
    const ps = await pouchd.pouch('ps');
    assert.match(ps.stderr, /cannot reach pouchd at .*\nhint: start it .*\ncode: PCH_DAEMON_UNREACHABLE/s);
    assert.equal(ps.exitCode, 1);
    assert.equal((await pouchd.pouch('run', 'busybox', 'true')).exitCode, 125);
    await pouchd.start();
    await assertSteady(pouchd, first);
  });

  it('a socket that nobody serves, and an invalid address, are reported', async () => {
    await mkdir(join(dir, 'sub'));
    for (const [host, says] of [
      [`unix://${dir}/nosuch.sock`, /the socket does not exist/],
      [`unix://${dir}/sub`, /cannot reach pouchd/],
      ['tcp://127.0.0.1:1', /nothing is listening there/],
      ['ftp://x', /invalid daemon address/],
    ] as const) {
      const { exitCode, stderr } = await execa(cli, ['-H', host, 'ps'], { reject: false, timeout: 10_000 });
      assert.match(stderr, says);
      assert.match(stderr, /^hint: (.|\n)*^code: PCH_/m);
      assert.equal(exitCode, 1);
    }
  });

  sampleTests(this);
});
