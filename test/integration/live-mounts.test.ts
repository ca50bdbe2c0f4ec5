import assert from 'node:assert/strict';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ociRuntimes } from '../support/ociRuntimes.ts';
import { TestPouchd } from '../support/TestPouchd.ts';
import { useDaemon } from '../support/useDaemon.ts';

for (const runtime of ociRuntimes)
  describe(`mounts of a running container: ${runtime}`, function () {
    this.timeout(60_000);
    this.slow(10_000);
    const daemon = useDaemon({ yaml: `runtime: { default: ${runtime} }\n` });
    const { pouch, ok } = daemon;
    let data: string;

    before(async () => {
      data = join(daemon.it.dir, 'data');
      await mkdir(data);
      await writeFile(join(data, 'greeting'), 'hello\n');
      for (const [name, userns] of [
        ['plain', 'host'],
        ['mapped', 'auto'],
      ] as const)
        await ok('run', '-d', '--name', name, '--userns', userns, 'busybox', 'sleep', '1000');
    });

    const inside = (name: string, script: string) => ok('exec', name, 'sh', '-c', script);

    for (const name of ['plain', 'mapped'])
      it(`a directory and a volume come, last over a restart, and go: ${name}`, async () => {
        await ok('mount', 'add', name, `${data}:/data/deep`, 'kept:/kept');
        const use =
          'cat /data/deep/greeting; stat -c %u /data/deep/greeting; echo more >>/kept/all; cat /kept/all';
        assert.equal(await inside(name, use), 'hello\n0\nmore');
        assert.equal(await ok('mount', 'ls', '-q', name), '/data/deep\n/kept');
        await ok('restart', '-t', '0', name);
        assert.equal(await inside(name, use), 'hello\n0\nmore\nmore');
        await ok('mount', 'rm', name, '/data/deep', '/kept');
        assert.equal(await inside(name, 'ls /data/deep /kept | grep -v :'), '');
        await ok('restart', '-t', '0', name);
        assert.equal(await inside(name, 'ls /data/deep /kept | grep -v :'), '');
        assert.equal(await readFile(join(data, 'greeting'), 'utf8'), 'hello\n');
        await ok('volume', 'rm', 'kept');
      });

    it('a file is mounted on a new file; read-only means it', async () => {
      await ok('mount', 'add', 'plain', `${data}/greeting:/etc/greeting:ro`);
      assert.equal(await inside('plain', 'cat /etc/greeting; echo x >/etc/greeting || true'), 'hello');
      await ok('mount', 'rm', 'plain', '/etc/greeting');
    });

    it('one in use is not removed, unless forced', async () => {
      await ok('mount', 'add', 'mapped', `${data}:/busy`);
      await ok('exec', '-d', '-w', '/busy', 'mapped', 'sleep', '1000');
      const refused = await pouch('mount', 'rm', 'mapped', '/busy');
      assert.match(refused.stderr, /processes of mapped use the mount on \/busy[^]*PCH_MOUNT_BUSY/);
      assert.match(await inside('mapped', 'ls /busy'), /greeting/);
      await ok('mount', 'rm', '--force', 'mapped', '/busy');
      assert.equal(await inside('mapped', 'ls /busy'), '');
    });

    it('the container cannot choose the place by a link', async () => {
      await inside('mapped', 'ln -s /proc/sys /trap; mkdir -p /real; ln -s /real /link');
      for (const path of ['/trap', '/link/x']) {
        const { stderr, exitCode } = await pouch('mount', 'add', 'mapped', `${data}:${path}`);
        assert.match(stderr, /passes through a symbolic link[^]*PCH_OPTION_INVALID/);
        assert.equal(exitCode, 1);
      }
      assert.equal(await ok('mount', 'ls', '-q', 'mapped'), '');
      await ok('mount', 'add', 'mapped', `${data}:/real/x`);
      await ok('mount', 'rm', 'mapped', '/real/x');
    });

    it('a link in the place of a mount does not take another mount away', async () => {
      await ok('mount', 'add', 'plain', `${data}:/moved/here`);
      await inside('plain', 'mv /moved /elsewhere; ln -s /proc /moved');
      await pouch('mount', 'rm', 'plain', '/moved/here');
      assert.equal(await inside('plain', 'echo 1 >/proc/sys/kernel/panic || echo refused'), 'refused');
    });

    it('bad input is refused, and the next call works', async () => {
      const cases: [string[], RegExp][] = [
        [['add', 'plain', `${data}:/proc/sys`], /cannot be mounted over[^]*PCH_OPTION_INVALID/],
        [['add', 'plain', '/data'], /HOST-PATH-OR-NAME/],
        [['add', 'plain', `${data}:/etc/hosts`], /something mounted on \/etc\/hosts[^]*PCH_CONFLICT/],
        [['add', 'plain', `${data}:/etc/passwd`], /a directory on a file|expected a directory/],
        [['add', 'plain', `${data}:/data:rshared`], /cannot have the option rshared/],
        [['add', 'nobody', `${data}:/data`], /No such container/],
        [['rm', 'plain', '/nowhere'], /was not given a mount on \/nowhere[^]*PCH_MOUNT_NOT_FOUND/],
        [['rm', 'plain', '/etc/hosts'], /PCH_MOUNT_NOT_FOUND/],
      ];
      for (const [args, message] of cases) assert.match((await pouch('mount', ...args)).stderr, message);
      await ok('pause', 'plain');
      assert.match((await pouch('mount', 'add', 'plain', `${data}:/data`)).stderr, /is paused/);
      await ok('unpause', 'plain');
      await ok('mount', 'add', 'plain', `${data}:/data`);
      await ok('mount', 'rm', 'plain', '/data');
    });

    it('a stopped container has it at its start', async () => {
      await ok('create', '--name', 'later', 'busybox', 'cat', '/data/greeting');
      await ok('mount', 'add', 'later', `${data}:/data`);
      assert.equal(await ok('start', '-a', 'later'), 'hello');
      await ok('mount', 'rm', 'later', '/data');
      assert.match((await pouch('start', '-a', 'later')).stderr, /No such file/);
      await ok('rm', 'later');
    });
  });

describe('pouchd, killed while it adds a mount', function () {
  this.timeout(120_000);
  this.slow(30_000);
  let pouchd: TestPouchd;
  let failpoint: string;

  before(async () => {
    pouchd = await TestPouchd.create();
    failpoint = join(pouchd.dir, 'failpoint');
    await pouchd.restart({ failpoint: `@${failpoint}` });
    await mkdir(join(pouchd.dir, 'data'));
    await pouchd.runContainer(
      { Image: 'busybox', Cmd: ['sleep', '1000'], HostConfig: { NetworkMode: 'none' } },
      'mounted',
    );
  });
  after(() => pouchd?.dispose());

  const add = () =>
    pouchd.client.containers.addMount('mounted', { Binds: [`${join(pouchd.dir, 'data')}:/data`] });
  const remove = () => pouchd.client.containers.removeMount('mounted', { destination: '/data' });

  /** Whether the record and the running container have the mount. */
  const readings = async () => {
    const { State, Mounts } = (await pouchd.inspect('mounted'))!;
    const mounts = await readFile(`/proc/${State.Pid}/mountinfo`, 'utf8');
    return {
      record: Mounts.some(({ Destination }) => Destination === '/data'),
      kernel: mounts.includes(' /data '),
    };
  };

  it('at any step: the container has it fully or not at all, and the same call works', async () => {
    await writeFile(failpoint, 'trace');
    const earlier = (await pouchd.log()).length;
    await add();
    await rm(failpoint);
    const log = (await pouchd.log()).slice(earlier);
    const steps = [...log.matchAll(/^ledger-step (\S+:reconcile:.*)$/gm)].map(([, step]) => step!);
    assert.ok(steps.includes('applied:reconcile:live-mount./data'), steps.join(', '));
    await remove();
    for (const step of steps) {
      await writeFile(failpoint, step);
      await add().catch(() => undefined);
      assert.equal(await pouchd.ended(), 'SIGKILL', step);
      await rm(failpoint);
      await pouchd.start({ failpoint: `@${failpoint}` });
      const { record, kernel } = await readings();
      assert.equal(kernel, record, step);
      if (!record) await add();
      assert.deepEqual(await readings(), { record: true, kernel: true }, step);
      await remove();
      assert.deepEqual(await readings(), { record: false, kernel: false }, step);
    }
    assert.equal((await stat(join(pouchd.dir, 'data'))).isDirectory(), true);
  });
});
