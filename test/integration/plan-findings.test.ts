/** `pouch plan run` reports what a run would fail with, and changes nothing. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PlanResponse } from '../../client/index.ts';
import { freePort } from '../support/freePort.ts';
import { HungFileSystem } from '../support/HungFileSystem.ts';
import { useDaemon } from '../support/useDaemon.ts';

/** Plans effects on demand: one of a kind that nobody provides, and one whose plugin knows that it would fail. */
const plugin = `
  import { definePlugin, PouchError } from 'pouch/hooks';
  export default definePlugin({
    name: 'quota',
    setup({ hooks, effect }) {
      const refuse = ({ bytes }) => {
        if (bytes > 100) throw new PouchError('PCH_CONFLICT', 'expected 100 bytes or less, found ' + bytes, { hint: 'ask for less' });
      };
      effect({
        kind: 'quota',
        describe: ({ bytes }) => 'reserve ' + bytes + ' bytes',
        check: async (args) => refuse(args),
        apply: async (args) => refuse(args),
        undo: async () => undefined,
      });
      hooks.container.spec.tap((draft) => {
        const { QUOTA, EFFECT } = draft.process.env;
        if (QUOTA) draft.effects.quota = { kind: 'quota', stage: 'create', args: { bytes: Number(QUOTA) } };
        if (EFFECT) draft.effects.odd = { kind: EFFECT, stage: 'create', args: {} };
      });
    },
  });`;

type Finding = PlanResponse['findings'][number];

describe('a plan of what would fail', function () {
  this.timeout(60_000);
  const daemon = useDaemon({ yaml: 'files: { timeout: 5s }\n' });
  const { pouch, ok } = daemon;
  let dir: string;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'pd-plan-'));
    const folder = join(daemon.it.dir, 'plugins');
    await mkdir(folder, { mode: 0o755 });
    await writeFile(join(folder, 'quota.ts'), plugin);
    await daemon.it.configure(
      `files: { timeout: 5s }\nplugins: [{ path: ${folder}/quota.ts, user: root }]\n`,
    );
    await daemon.it.reload(/configuration reloaded/);
  });
  after(() => rm(dir, { recursive: true }));

  /** The findings of a plan, which leaves nothing on the host. */
  async function findings(...args: string[]): Promise<Finding[]> {
    const before = await daemon.it.inventory();
    const { exitCode, stdout, stderr } = await pouch('plan', 'run', '--format', 'json', ...args);
    const { findings } = JSON.parse(stdout || assert.fail(stderr)) as PlanResponse;
    assert.equal(exitCode, findings.length > 0 ? 1 : 0);
    assert.deepEqual(await daemon.it.leftovers(before), []);
    return findings;
  }

  /** The only finding of a plan. A run fails with the same message. */
  async function finding(...args: string[]): Promise<Finding> {
    const [found, ...others] = await findings(...args);
    assert.deepEqual(others, []);
    assert.ok(found, 'a finding');
    const { exitCode, stderr } = await pouch('run', '--rm', ...args);
    assert.notEqual(exitCode, 0, 'of the run');
    assert.ok(stderr.includes(found.message), `the run failed with:\n${stderr}\nplanned: ${found.message}`);
    assert.ok(stderr.includes(found.code!), stderr);
    return found;
  }

  async function withServer(run: (port: number) => Promise<void>): Promise<void> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
    try {
      await run((server.address() as { port: number }).port);
    } finally {
      server.close();
    }
  }

  it('finds nothing where a run succeeds', async () => {
    assert.deepEqual(
      await findings('-v', `${dir}:/in`, '-p', '80', '-v', 'data:/data', 'busybox', 'true'),
      [],
    );
    assert.match(await ok('plan', 'run', 'busybox', 'true'), /^Would fail:\n {2}none$/m);
  });

  it('a host port that a process has', async () => {
    await withServer(async (port) => {
      const found = await finding('--name', 'web', '-p', `${port}:80`, 'busybox', 'true');
      assert.equal(found.code, 'PCH_PORT_IN_USE');
      assert.equal(found.field, 'HostConfig.PortBindings');
      assert.match(found.message, new RegExp(`port ${port}/tcp .* in use by a process of the host`));
      assert.match(found.hint!, /choose another host port \(.*--publish/);
    });
  });

  it('a host port that another container has, or that is published twice', async () => {
    const port = String(await freePort());
    const id = await ok('run', '-d', '--name', 'holder', '-p', `${port}:80`, 'busybox', 'sleep', '1000');
    const taken = await finding('--name', 'web', '-p', `${port}:80`, 'busybox', 'true');
    assert.match(taken.message, /in use by the container/);
    await ok('rm', '-f', id);
    const twice = ['--name', 'web', '-p', `${port}:80`, '-p', `${port}:81`, 'busybox', 'true'];
    assert.equal((await finding(...twice)).code, 'PCH_PORT_IN_USE');
    await ok('run', '--rm', '-p', `${port}:80`, 'busybox', 'true');
  });

  it('a bind source that is missing, where a run does not create it', async () => {
    const source = join(dir, 'missing');
    const found = await finding('--mount', `type=bind,src=${source},dst=/in`, 'busybox', 'true');
    assert.equal(found.code, 'PCH_OPTION_INVALID');
    assert.equal(found.field, 'HostConfig.Binds, HostConfig.Mounts or HostConfig.Tmpfs');
    assert.match(found.message, /bind source path does not exist: .*missing/);
    assert.deepEqual(await findings('-v', `${source}:/in`, 'busybox', 'true'), [], 'a run creates it');
    await writeFile(join(dir, 'file'), '');
    assert.match((await finding('-v', `${dir}/file/x:/in`, 'busybox', 'true')).message, /file/);
  });

  it('a bind source on a file system that hangs, in time', async () => {
    const hung = new HungFileSystem(join(dir, 'hung'));
    try {
      const { exitCode, stderr } = await pouch('plan', 'run', '-v', `${hung.path}/x:/in`, 'busybox', 'true');
      assert.equal(exitCode, 1);
      assert.match(stderr, /the bind source .*hung\/x .*PCH_FILE_TIMEOUT/s);
    } finally {
      hung.remove();
    }
  });

  it('a command that is not in the image, or cannot be executed', async () => {
    for (const command of ['no-such-command', '/bin/no-such', './no-such']) {
      const found = await finding('busybox', command);
      assert.equal(found.code, 'PCH_COMMAND_NOT_FOUND', command);
      assert.match(found.hint!, /PATH/);
    }
    for (const command of ['/etc/passwd', '/etc'])
      assert.equal((await finding('busybox', command)).code, 'PCH_COMMAND_NOT_EXECUTABLE', command);
    assert.equal((await finding('-e', 'PATH=/nowhere', 'busybox', 'true')).code, 'PCH_COMMAND_NOT_FOUND');
    assert.equal((await finding('--entrypoint', '/nope', 'busybox')).code, 'PCH_COMMAND_NOT_FOUND');
  });

  it('a command in a mount is not judged', async () => {
    const mounts = ['-v', `${dir}:/opt`, '--tmpfs', '/scratch'];
    for (const command of ['/opt/tool', '/scratch/tool', '/opt/../opt/tool'])
      assert.deepEqual(await findings(...mounts, 'busybox', command), [], command);
    assert.deepEqual(await findings(...mounts, '-e', 'PATH=/nowhere:/opt', 'busybox', 'tool'), []);
  });

  it('a working directory that is a file', async () => {
    for (const runtime of ['runc', 'crun']) {
      const found = await finding('--runtime', runtime, '-w', '/etc/passwd', 'busybox', 'true');
      assert.equal(found.field, 'WorkingDir');
      assert.match(found.message, /the working directory \/etc\/passwd is not a directory in the container/);
    }
    assert.deepEqual(await findings('-w', '/not/yet', 'busybox', 'true'), [], 'a runtime creates it');
  });

  it('a directory that is mounted on a file, or a file on a directory', async () => {
    await writeFile(join(dir, 'file'), '');
    const mounts = [
      ['-v', `${dir}:/etc/passwd`],
      ['-v', `${dir}/file:/etc`],
      ['-v', 'data:/etc/passwd'],
      ['--tmpfs', '/etc/passwd'],
    ];
    for (const mount of mounts) {
      const found = await finding(...mount, 'busybox', 'true');
      assert.match(found.message, /expected a (file|directory) at \/etc\S* of the image/, mount[1]);
    }
    assert.deepEqual(
      await findings('-v', `${dir}/file:/etc/passwd`, '-v', `${dir}:/etc`, 'busybox', 'true'),
      [],
    );
  });

  it('a fixed address that another container has', async () => {
    const id = await ok('run', '-d', 'busybox', 'sleep', '1000');
    const { bridge } = (await daemon.it.inspect(id))?.NetworkSettings.Networks ?? {};
    const ip = bridge?.IPAddress ?? '';
    const found = await finding('--ip', ip, 'busybox', 'true');
    assert.match(
      found.message,
      new RegExp(`the address ${ip} is in use by the container ${id.slice(0, 12)}`),
    );
    await ok('rm', '-f', id);
  });

  it('a name that is in use', async () => {
    const id = await ok('create', '--name', 'taken', 'busybox');
    const found = await finding('--name', 'taken', 'busybox', 'true');
    assert.equal(found.code, 'PCH_NAME_IN_USE');
    assert.equal(found.field, 'name');
    assert.match(found.hint!, /pouch rm taken/);
    await ok('rm', id);
  });

  it('an effect kind that nobody provides', async () => {
    const found = await finding('-e', 'EFFECT=nobody', 'busybox', 'true');
    assert.equal(found.code, 'PCH_EFFECT_UNKNOWN');
    assert.match(found.message, /no loaded plugin provides its kind "nobody"/);
  });

  it('what the plugin of an effect knows', async () => {
    const found = await finding('-e', 'QUOTA=101', 'busybox', 'true');
    assert.deepEqual(
      { code: found.code, plugin: found.plugin, hint: found.hint },
      { code: 'PCH_CONFLICT', plugin: 'quota', hint: 'ask for less' },
    );
    assert.deepEqual(await findings('-e', 'QUOTA=100', 'busybox', 'true'), []);
  });

  it('a container that does not run, whose network is to be joined', async () => {
    const id = await ok('create', '--name', 'stopped', 'busybox', 'sleep', '1000');
    const found = await finding('--network', 'container:stopped', 'busybox', 'true');
    assert.equal(found.code, 'PCH_CONTAINER_NOT_RUNNING');
    await ok('start', id);
    assert.deepEqual(await findings('--network', 'container:stopped', 'busybox', 'true'), []);
    await ok('rm', '-f', id);
  });

  it('what keeps the plan itself from being made', async () => {
    const cases: [string, ...string[]][] = [
      ['PCH_IMAGE_NOT_FOUND', '--pull', 'never', 'no-such-image', 'true'],
      ['PCH_RUNTIME_NOT_FOUND', '--runtime', 'nosuch', 'busybox', 'true'],
      ['PCH_NETWORK_NOT_FOUND', '--network', 'nosuch', 'busybox', 'true'],
      ['PCH_OPTION_INVALID', '--device', '/dev/nosuch', 'busybox', 'true'],
      ['PCH_OPTION_INVALID', '--memory', '1k', 'busybox', 'true'],
      ['PCH_USERNS_FULL', '--userns', 'auto:size=4000000000', 'busybox', 'true'],
      ['PCH_USER_NOT_FOUND', '-u', 'nosuch', 'busybox', 'true'],
    ];
    for (const [code, ...args] of cases) assert.equal((await finding(...args)).code, code, args.join(' '));
  });

  it('all at once, in text', async () => {
    const id = await ok('create', '--name', 'taken', 'busybox');
    await withServer(async (port) => {
      const args = ['--name', 'taken', '-p', `${port}:80`, '-e', 'QUOTA=101', 'busybox', 'nope'];
      const { exitCode, stdout } = await pouch('plan', 'run', ...args);
      assert.equal(exitCode, 1);
      const report = stdout.slice(stdout.indexOf('Would fail:'));
      for (const code of ['PCH_NAME_IN_USE', 'PCH_PORT_IN_USE', 'PCH_CONFLICT', 'PCH_COMMAND_NOT_FOUND'])
        assert.match(report, new RegExp(`^ {2}${code}: `, 'm'));
      assert.match(report, /^ {4}by plugin quota$/m);
      assert.match(report, /^ {4}field: HostConfig\.PortBindings$/m);
      assert.match(report, /^ {4}hint: ask for less$/m);
    });
    await ok('rm', id);
  });

  it('--offline leaves out what needs a look at the host', async () => {
    await withServer(async (port) => {
      const args = ['-p', `${port}:80`, '-e', 'EFFECT=nobody', 'busybox', 'nope'];
      const codes = (await findings('--offline', ...args)).map(({ code }) => code);
      assert.deepEqual(codes, ['PCH_EFFECT_UNKNOWN']);
    });
    const { stdout } = await pouch('plan', 'run', '--offline', 'busybox', 'nope');
    assert.match(stdout, /^Would fail \(without a look at the host\):\n {2}none$/m);
  });
});
