import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { mountOn } from '../../core/host/mountinfo.ts';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { sampleTests, someOf } from '../support/someOf.ts';
import { useDaemon } from '../support/useDaemon.ts';

const example = resolve(import.meta.dirname, '../../examples/ram-volumes/ram-volumes.ts');

const moments = ['before', 'applied', 'after'];
const steps = moments.flatMap((moment) => [
  `${moment}:start:volume./data`,
  `${moment}:start:volume.scratch.mount`,
  `${moment}:stop:undo volume.scratch.mount`,
]);

describe('examples/ram-volumes, a volume driver in a confined process', function () {
  this.timeout(120_000);
  this.slow(20_000);
  const daemon = useDaemon();
  const { ok, pouch } = daemon;
  const at = (name: string) => join(daemon.it.dir, name);
  const plugin = () => at('ram-volumes.ts');
  const failpoint = () => at('failpoint');
  const start = () => daemon.it.start({ failpoint: `@${failpoint()}` });
  const grants = () =>
    `    grants: { effects: { host.mount: [{ type: tmpfs, target: '${daemon.it.root}/volumes/*/_data' }] } }\n`;
  const configure = (more = grants()) => daemon.it.configure(`plugins:\n  - path: ${plugin()}\n${more}`);

  before(async () => {
    await cp(example, plugin());
    await configure();
    await daemon.it.stop();
    await start();
  });

  const data = () => join(daemon.it.root, 'volumes/scratch/_data');
  const isMounted = async () => mountOn(data(), await readFile('/proc/self/mountinfo', 'utf8')) !== undefined;
  const use = (name: string, ...more: string[]) =>
    ok('run', '-d', '--name', name, '-v', 'scratch:/data', ...more, 'busybox', 'sleep', '1000');

  /** `--rm` is worked off behind the exit of its command. */
  async function isGone(step?: string): Promise<void> {
    assert.ok(
      await waitUntil(async () => !(await isMounted()), { withinMs: 30_000 }),
      step ?? 'still mounted',
    );
    assert.ok(await waitUntil(async () => (await ok('ps', '-aq')) === '', { withinMs: 30_000 }));
  }

  async function plainRun(): Promise<void> {
    assert.equal(await daemon.sh('df -m /data | tail -1 | cut -c1-5', '-v', 'scratch:/data'), 'pouch');
    await isGone();
  }

  it('creates, shows and removes a volume', async () => {
    assert.equal(await ok('volume', 'create', '-d', 'ram', '-o', 'size=8m', 'scratch'), 'scratch');
    assert.match(await ok('volume', 'ls', '-f', 'driver=ram'), /^ram +scratch$/m);
    assert.doesNotMatch(await ok('volume', 'ls', '-f', 'driver=local'), /scratch/);
    const [shown] = JSON.parse(await ok('volume', 'inspect', 'scratch')) as Record<string, unknown>[];
    assert.deepEqual(
      [shown!['Driver'], shown!['Options'], shown!['Scope'], shown!['Status']],
      ['ram', { size: '8m' }, 'local', { Medium: 'memory', Size: '8m' }],
    );
    assert.match(await ok('info', '--format', '{{join .Plugins.Volume ","}}'), /^local,ram$/);
    assert.match(await ok('plugin', 'inspect', 'ram-volumes'), /ram/);
    await plainRun();
    await ok('volume', 'rm', 'scratch');
    assert.ok(!existsSync(join(daemon.it.root, 'volumes/scratch')));
  });

  it('two containers share one mount, which ends with the last of them; the size is a limit', async () => {
    await ok('volume', 'create', '-d', 'ram', '-o', 'size=8m', 'scratch');
    await use('one');
    await use('two');
    await ok('exec', 'one', 'sh', '-c', 'echo hello > /data/file');
    assert.equal(await ok('exec', 'two', 'cat', '/data/file'), 'hello');
    const full = await pouch('exec', 'one', 'dd', 'if=/dev/zero', 'of=/data/big', 'bs=1M', 'count=9');
    assert.match(full.stderr, /No space left on device/);
    assert.match(
      await ok('effects', 'ls', 'one'),
      /^volume\.scratch\.mount +start +applied +ram-volumes +mount a tmpfs on /m,
    );
    assert.match(await ok('effects', 'why', 'one', 'volume.scratch.mount'), /ram-volumes/);
    const inUse = await pouch('volume', 'rm', '-f', 'scratch');
    assert.match(inUse.stderr, /in use by one, two/);
    await ok('stop', '-t', '0', 'one');
    assert.equal(await ok('exec', 'two', 'cat', '/data/file'), 'hello');
    await ok('stop', '-t', '0', 'two');
    assert.ok(!(await isMounted()));
    // It was empty in between, as Docker's tmpfs volumes are.
    await ok('start', 'one');
    assert.equal(await ok('exec', 'one', 'ls', '/data'), '');
    await ok('rm', '-f', 'one', 'two');
    await plainRun();
    await ok('volume', 'rm', 'scratch');
  });

  it('a run creates the volume by --volume-driver and by --mount, with its options', async () => {
    const df = 'df -m /data | tail -1 | tr -s " " | cut -d" " -f1,2';
    assert.match(await daemon.sh(df, '--volume-driver', 'ram', '-v', 'other:/data'), /^pouch 64$/);
    const options = 'volume-driver=ram,volume-opt=size=16m';
    assert.match(
      await daemon.sh(df, '--mount', `type=volume,source=third,target=/data,${options}`),
      /^pouch 16$/,
    );
    // In a user namespace the mount is mapped.
    assert.match(
      await daemon.sh(`touch /data/x; ${df}`, '--userns', 'auto', '-v', 'third:/data'),
      /^pouch 16$/,
    );
    assert.match(await daemon.sh(df, '--volume-driver', 'ram', '-v', '/data'), /^pouch 64$/);
    await isGone();
    assert.equal(await ok('volume', 'ls', '-q', '-f', 'driver=ram'), 'other\nthird');
    await ok('volume', 'rm', 'other', 'third');
  });

  describe('with a fault', function () {
    it('names what is wrong with a driver, an option or a grant, before anything is created', async () => {
      const failing = async (...words: string[]) => {
        const { exitCode, stderr } = await pouch(...words);
        assert.notEqual(exitCode, 0);
        return stderr;
      };
      const create = (...words: string[]) => failing('volume', 'create', ...words);
      assert.match(await create('-d', 'rom'), /no plugin provides the volume driver "rom"/);
      assert.match(
        await create('-d', 'ram', '-o', 'sise=1m'),
        /the volume driver ram has no option "sise"[^]*did you mean size/,
      );
      assert.match(await create('-d', 'ram', '-o', 'size=big'), /option size must match pattern/);
      assert.match(await create('-d', 'ram', '-o', 'size=2g'), /expected a size of at most 1g, found 2g/);
      const run = ['--volume-driver', 'rom', '-v', 'scratch:/data', 'busybox'];
      assert.match(
        await failing('run', ...run),
        /--volume.* \/data: no plugin provides the volume driver "rom"/,
      );
      assert.match(await failing('plan', 'run', ...run), /no plugin provides the volume driver "rom"/);
      await ok('volume', 'create', 'scratch');
      assert.match(await create('-d', 'ram', 'scratch'), /volume name must be unique/);
      assert.match(
        await failing('run', '--volume-driver', 'ram', '-v', 'scratch:/data', 'busybox'),
        /has the driver local/,
      );
      await ok('volume', 'rm', 'scratch');
      await configure('');
      await ok('plugin', 'reload');
      assert.match(
        await failing('run', '--volume-driver', 'ram', '-v', 'scratch:/data', 'busybox'),
        /no grant for[^]*host\.mount: \[\{ type: "tmpfs"/,
      );
      assert.equal(await ok('volume', 'ls', '-q'), '');
      await configure();
      await ok('plugin', 'reload');
      await ok('volume', 'create', '-d', 'ram', 'scratch');
      await plainRun();
      await ok('volume', 'rm', 'scratch');
    });

    it('pouchd, killed around each step of a mount and its undo: nothing is left, and the call works again', async () => {
      await ok('volume', 'create', '-d', 'ram', 'scratch');
      for (const step of someOf(steps)) {
        const isCreate = step.endsWith('volume./data');
        const isStop = step.includes(':stop:');
        const create = () => ok('create', '--name', 'web', '-v', 'scratch:/data', 'busybox', 'sleep', '1000');
        await create();
        if (isStop) await ok('start', 'web');
        await writeFile(failpoint(), isCreate ? step.replace(':start:', ':create:') : step);
        const cutOff = isCreate
          ? pouch('create', '-v', 'scratch:/data', 'busybox')
          : isStop
            ? pouch('stop', '-t', '0', 'web')
            : pouch('start', 'web');
        assert.equal(await daemon.it.ended(), 'SIGKILL', step);
        await cutOff;
        await rm(failpoint());
        await start();
        assert.ok(!(await isMounted()), step);
        await ok('start', 'web');
        assert.match(await ok('exec', 'web', 'df', '/data'), /^pouch /m, step);
        await ok('rm', '-f', 'web');
        await isGone(step);
      }
      await ok('volume', 'rm', 'scratch');
    });

    it('the plugin removed while its volume is mounted: all can be stopped, listed and removed', async () => {
      await ok('volume', 'create', '-d', 'ram', 'scratch');
      await use('web');
      await daemon.it.configure('');
      await ok('plugin', 'reload');
      assert.equal(await ok('exec', 'web', 'touch', '/data/x'), '');
      const listed = await pouch('volume', 'ls');
      assert.match(listed.stdout, /^ram +scratch$/m);
      assert.match(listed.stderr, /volume scratch has the driver ram, which no plugin provides/);
      assert.match(await ok('volume', 'inspect', 'scratch'), /"Problem": ".*which no plugin provides/);
      const another = await pouch('run', '--rm', '-v', 'scratch:/data', 'busybox');
      assert.match(another.stderr, /which no plugin provides/);
      await ok('stop', '-t', '0', 'web');
      assert.ok(!(await isMounted()));
      await ok('rm', 'web');
      const refused = await pouch('volume', 'rm', 'scratch');
      assert.match(refused.stderr, /which no plugin provides[^]*pouch volume rm -f scratch/);
      await ok('volume', 'rm', '-f', 'scratch');
      assert.equal(await ok('volume', 'ls', '-q'), '');
      await configure();
      await ok('plugin', 'reload');
      await ok('volume', 'create', '-d', 'ram', 'scratch');
      await plainRun();
      await ok('volume', 'rm', 'scratch');
      // Without the process of the plugin, which the clean-up would find.
      await daemon.it.configure('');
      await daemon.it.restart();
    });

    sampleTests(this);
  });
});
