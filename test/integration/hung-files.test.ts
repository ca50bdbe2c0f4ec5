/**
 * File systems that do not respond: FUSE whose server takes requests and never replies, so that who waits is in state
 * D.
 */
import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { layerDirectories } from '../../core/containerd/api/layerDirectories.ts';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { busyboxFiles } from '../../scripts/lib/busyboxImage.ts';
import { layerTar, writeImageArchive } from '../../scripts/lib/imageArchive.ts';
import { HungFileSystem } from '../support/HungFileSystem.ts';
import { sampleTests } from '../support/someOf.ts';
import { type Daemon, useDaemon } from '../support/useDaemon.ts';

/** Milliseconds: the daemon has two seconds; two cores that other tests share need more. */
const promptly = 15_000;

describe('a file system that does not respond', function () {
  this.timeout(180_000);
  this.slow(15_000);
  const yaml = 'files: { timeout: 2s }\nshutdownTimeout: 2s\n';
  const daemon = useDaemon({ yaml });
  const { pouch, ok } = daemon;
  /** Outside the daemon's directory, which the tests walk. */
  let dir: string;
  let hung: HungFileSystem | undefined;
  const hang = (path: string, options = { takes: true }) => (hung = new HungFileSystem(path, options));
  const respond = () => {
    hung?.unmount();
    hung = undefined;
  };

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'pd-hung-'));
  });
  afterEach(respond);
  after(() => rm(dir, { recursive: true }));

  async function within<T>(ms: number, work: Promise<T>, what: string): Promise<T> {
    const late = new Promise<never>((_resolve, reject) => {
      setTimeout(() => reject(new Error(`${what} took more than ${ms} ms`)), ms).unref();
    });
    return await Promise.race([work, late]);
  }

  const bindRun = (source: string, ...options: string[]) =>
    pouch('run', '--rm', '-v', `${source}:/in`, ...options, 'busybox', 'true');

  /** Each verb of other containers, in time. */
  async function othersAreServed(): Promise<void> {
    const steps: [string, () => Promise<unknown>][] = [
      ['ping', () => daemon.it.client.system.ping()],
      ['create', () => ok('create', '--name', 'other', '-v', `${dir}:/in`, 'busybox', 'sleep', '1000')],
      ['start', () => ok('start', 'other')],
      ['ps', () => ok('ps')],
      ['exec', () => ok('exec', '-u', 'www-data', 'other', 'id')],
      ['logs', () => ok('logs', 'other')],
      ['stop', () => ok('stop', '-t', '0', 'other')],
      ['rm', () => ok('rm', 'other')],
    ];
    for (const [what, step] of steps) await within(promptly, step(), what);
  }

  for (const takes of [false, true])
    it(`five bind sources on it fail in time and hold up nothing else (${takes ? 'in state D' : 'killable'})`, async () => {
      const { path } = hang(join(dir, 'mount'), { takes });
      const before = await daemon.it.inventory();
      const runs = [1, 2, 3, 4, 5].map((n) => bindRun(join(path, `source-${n}`)));
      await othersAreServed();
      for (const run of await within(45_000, Promise.all(runs), 'a create with a bind source that hangs')) {
        assert.equal(run.exitCode, 125);
        assert.match(
          run.stderr,
          /the bind source .*mount\/source-\d .*(did not respond within 2 s|stuck in the kernel)/,
        );
        assert.match(run.stderr, /PCH_FILE_TIMEOUT/);
        assert.match(run.stderr, /the file system on .*\/mount/);
      }
      assert.equal(await ok('ps', '-aq'), '');
      if (takes)
        assert.match(
          (await bindRun(join(path, 'more'))).stderr,
          /2 earlier requests are stuck in the kernel/,
        );
      const stuck = (await daemon.it.leftovers(before, 1000)).filter(
        (line) => !/^stuck file worker/.test(line),
      );
      assert.deepEqual(stuck, []);
      respond();
      assert.deepEqual(await daemon.it.leftovers(before), [], 'after the file system is back');
      assert.equal((await bindRun(join(path, 'source-1'))).exitCode, 0, 'the same run');
      await rm(path, { recursive: true });
    });

  it('refuses a device on it in time, too', async () => {
    const { path } = hang(join(dir, 'devices'));
    const device = join(path, 'sda');
    for (const HostConfig of [
      { Devices: [{ PathOnHost: device, PathInContainer: '/dev/x', CgroupPermissions: 'rwm' }] },
      { BlkioDeviceReadBps: [{ Path: device, Rate: 1024 }] },
    ])
      await assert.rejects(within(45_000, daemon.it.createContainer({ HostConfig }), 'create'), {
        code: 'PCH_FILE_TIMEOUT',
      });
  });

  it('a container whose bind source hangs later does not start, and starts when it is back', async () => {
    const source = join(dir, 'later');
    await mkdir(source);
    const id = await ok('create', '-v', `${source}:/in`, 'busybox', 'sleep', '1000');
    hang(source);
    const { exitCode, stderr } = await within(45_000, pouch('start', id), 'start');
    assert.equal(exitCode, 1);
    assert.match(stderr, /the bind source .*later.*PCH_FILE_TIMEOUT/s);
    assert.equal((await daemon.it.inspect(id))?.State.Status, 'created');
    respond();
    await ok('start', id);
    await ok('rm', '-f', id);
  });

  describe('under a layer of an image', () => {
    /** Of the lower of its two layers. */
    let lower: string;
    let stopped: string;
    before(async () => {
      await loadLayered(daemon, dir);
      stopped = await ok('create', 'layered', 'true');
      lower = layerDirectories(await daemon.it.containerd.snapshots.mounts(stopped))!.at(-1)!;
    });
    after(() => ok('rm', stopped));

    for (const isNew of [false, true])
      it(`fails a create in time and holds up no other image${isNew ? ', also in a new daemon' : ''}`, async () => {
        const before = await daemon.it.inventory();
        hang(lower);
        if (isNew) await daemon.it.restart();
        const creates = [1, 2, 3].map(() => pouch('create', 'layered', 'true'));
        await othersAreServed();
        for (const { exitCode, stderr } of await within(45_000, Promise.all(creates), 'create')) {
          assert.equal(exitCode, 125);
          assert.match(
            stderr,
            /the layers of the image docker.io\/library\/layered:latest .*PCH_FILE_TIMEOUT/s,
          );
          assert.ok(stderr.includes(`the file system on ${lower}`), stderr);
        }
        respond();
        assert.deepEqual(await daemon.it.leftovers(before), []);
        await ok('rm', await ok('create', 'layered', 'true'));
      });

    it('fails the start of a container in time, which starts when it is back', async () => {
      hang(lower);
      const { exitCode, stderr } = await within(45_000, pouch('start', stopped), 'start');
      assert.equal(exitCode, 1);
      assert.match(stderr, /the root file system of .*PCH_FILE_TIMEOUT/s);
      await othersAreServed();
      respond();
      await ok('start', stopped);
      assert.equal(await ok('wait', stopped), '0');
    });
  });

  describe('under volumes', () => {
    it('a volume on it is listed and inspected, its removal fails in time, and succeeds when it is back', async () => {
      const volume = (await daemon.it.client.volumes.create({ Name: 'hanging' })).Mountpoint;
      await ok('volume', 'create', 'sound');
      hang(volume);
      assert.equal(await within(promptly, ok('volume', 'ls', '-q'), 'ls'), 'hanging\nsound');
      await within(promptly, ok('volume', 'inspect', 'hanging'), 'inspect');
      const removal = await within(45_000, pouch('volume', 'rm', 'hanging'), 'rm');
      assert.match(removal.stderr, /the volume hanging .*PCH_FILE_TIMEOUT/s);
      const run = await within(45_000, pouch('run', '--rm', '-v', 'hanging:/in', 'busybox', 'true'), 'run');
      assert.match(run.stderr, /hanging.*PCH_FILE_TIMEOUT/s);
      await within(promptly, ok('volume', 'rm', 'sound'), 'rm of another one');
      respond();
      await ok('volume', 'rm', 'hanging');
      assert.equal(await ok('volume', 'ls', '-q'), '');
    });

    it('a volume whose directory is on it hides no other one', async () => {
      const { Mountpoint } = await daemon.it.client.volumes.create({ Name: 'hanging' });
      await ok('volume', 'create', 'sound');
      hang(dirname(Mountpoint));
      const { Volumes } = await within(45_000, daemon.it.client.volumes.list(), 'ls');
      assert.deepEqual(Volumes?.map(({ Name }) => Name).sort(), ['hanging', 'sound']);
      for (const args of [
        ['inspect', 'hanging'],
        ['rm', 'hanging'],
      ]) {
        const { stderr } = await within(45_000, pouch('volume', ...args), args.join(' '));
        assert.match(stderr, /the volume hanging .*PCH_FILE_TIMEOUT/s, args.join(' '));
      }
      assert.match((await within(45_000, pouch('info'), 'info')).stderr, /volume hanging is damaged/);
      await othersAreServed();
      respond();
      await ok('volume', 'rm', 'hanging', 'sound');
    });
  });

  it('fails calls for checkpoints on it in time', async () => {
    const id = await ok('create', 'busybox', 'true');
    const checkpoints = join(daemon.it.root, 'containers', id, 'checkpoints');
    await mkdir(join(checkpoints, 'one'), { recursive: true });
    hang(checkpoints);
    const calls = [
      ['checkpoint', 'ls', id],
      ['checkpoint', 'rm', id, 'one'],
      ['start', '--checkpoint', 'one', id],
    ].map(async (args) => ({ args, ...(await within(45_000, pouch(...args), args.join(' '))) }));
    await othersAreServed();
    for (const { args, exitCode, stderr } of await Promise.all(calls)) {
      assert.equal(exitCode, 1, args.join(' '));
      assert.match(stderr, /the checkpoints of .*PCH_FILE_TIMEOUT/s, args.join(' '));
    }
    respond();
    assert.equal(await ok('checkpoint', 'ls', '-q', id), 'one');
    await ok('rm', id);
  });

  it('fails a create with a CDI device on it in time', async () => {
    const specs = join(dir, 'cdi');
    const { path } = hang(join(dir, 'node'));
    const deviceNodes = [{ path: '/dev/x', hostPath: join(path, 'x') }];
    const devices = [{ name: 'x', containerEdits: { deviceNodes } }];
    await mkdir(specs);
    await writeFile(
      join(specs, 'test.json'),
      JSON.stringify({ cdiVersion: '0.6.0', kind: 'pouch.test/hung', devices }),
    );
    await daemon.it.configure(`${yaml}cdi: { specDirs: [${specs}] }\n`);
    await daemon.it.restart();
    const create = () => pouch('create', '--device', 'pouch.test/hung=x', 'busybox', 'true');
    const creating = within(45_000, create(), 'create');
    await othersAreServed();
    assert.match((await creating).stderr, /the device .*node\/x of pouch.test\/hung=x .*PCH_FILE_TIMEOUT/s);
    respond();
    await promisify(execFile)('mknod', [join(path, 'x'), 'c', '1', '3']);
    await ok('rm', await ok('create', '--device', 'pouch.test/hung=x', 'busybox', 'true'));
  });

  describe('under a daemon that ends', () => {
    it('with its records on it: it kills itself where it cannot end, and the next one works', async () => {
      const id = await ok('create', '--name', 'old', 'busybox', 'true');
      hang(join(daemon.it.root, 'containers', id), { takes: false });
      const renaming = pouch('rename', 'old', 'new');
      assert.ok(await waitUntil(async () => /rename/.test(await ok('ops')), { withinMs: promptly }));
      const begin = performance.now();
      process.kill(daemon.it.pid!, 'SIGTERM');
      assert.equal(await daemon.it.ended(), 'SIGKILL');
      const took = performance.now() - begin;
      assert.ok(took >= 7000 && took < 30_000, `${took} ms`);
      assert.match(await daemon.it.log(), /not stopped in time.*rename/);
      await renaming;
      respond();
      await daemon.it.start();
      await ok('rm', id);
    });

    it('does not keep the daemon from ending, nor the next one from starting', async () => {
      const { path } = hang(join(dir, 'at-end'));
      const id = await ok('create', 'busybox', 'true');
      const runs = [1, 2, 3].map((n) => bindRun(join(path, `${n}`)).catch(() => undefined));
      await waitUntil(
        async () => (await daemon.it.leftovers(new Set(), 0)).some((line) => /stuck/.test(line)),
        {
          withinMs: promptly,
        },
      );
      await within(45_000, daemon.it.stop(), 'SIGTERM');
      await within(60_000, daemon.it.start(), 'a new daemon');
      await Promise.all(runs);
      assert.equal(await ok('ps', '-aq', '--no-trunc'), id);
      await ok('rm', id);
    });

    it('is nothing that a daemon that is killed in the middle leaves behind', async () => {
      const { path } = hang(join(dir, 'killed'));
      const before = await daemon.it.inventory();
      const run = bindRun(join(path, 'x'), '-v', 'filled:/etc').catch(() => undefined);
      await waitUntil(async () => (await daemon.it.leftovers(before, 0)).some((line) => /stuck/.test(line)), {
        withinMs: promptly,
      });
      await daemon.it.kill9();
      await run;
      await within(60_000, daemon.it.start(), 'a new daemon');
      respond();
      assert.equal(await ok('ps', '-aq'), '');
      await pouch('volume', 'rm', 'filled');
      assert.deepEqual(await daemon.it.leftovers(before), []);
      assert.deepEqual(await readdir(path), []);
    });
  });

  sampleTests(this);
});

/** Makes the image `layered`, which shares no layer with another one. */
async function loadLayered({ it: { client } }: Daemon, dir: string): Promise<void> {
  const archive = join(dir, 'layered.tar');
  const files = [await busyboxFiles(), [{ path: 'etc/layered', content: '' }]];
  files[0]!.push({ path: 'etc/lower', content: '' });
  await writeImageArchive(archive, {
    reference: 'docker.io/library/layered:latest',
    layers: await Promise.all(files.map(layerTar)),
  });
  for await (const { error } of await client.images.load(createReadStream(archive)))
    assert.equal(error, undefined);
}
