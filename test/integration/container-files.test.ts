/** What pouchd reads in a container is the container's to write: account files that are traps. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, readlink, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { busyboxFiles } from '../../scripts/lib/busyboxImage.ts';
import { processesOf } from '../support/host/processes.ts';
import { someOf } from '../support/someOf.ts';
import { useDaemon } from '../support/useDaemon.ts';

const intruder = 'intruder:x:4242:4242::/:/bin/sh\n';
/** KiB that the daemon may grow by: a trap that is read costs it hundreds of MB. */
const growthKiB = 100 * 1024;

describe('files that pouchd reads in images and containers', function () {
  this.timeout(60_000);
  this.slow(10_000);
  const daemon = useDaemon();
  const { pouch, ok } = daemon;

  describe('the content that an image gives to a volume', () => {
    const at = (volume: string, file: string) => join(daemon.it.root, 'volumes', volume, '_data', file);

    before(async () => {
      await writeFile(join(daemon.it.dir, 'secret'), 'of the host');
      const files = [
        ...(await busyboxFiles()),
        { path: 'real' },
        { path: 'real/program', mode: 0o4755, content: 'x' },
        { path: 'real/link', link: join(daemon.it.dir, 'secret') },
        { path: 'data', link: '/real' },
        { path: 'out', link: daemon.it.dir },
        { path: 'up', link: '../../../../../../../../real' },
        { path: 'file', content: 'no directory' },
      ];
      await daemon.it.loadImage('linking', files);
    });

    it('is found by links inside the image, and copied with its modes and links', async () => {
      for (const path of ['/data', '/up']) {
        await ok('run', '--rm', '-v', `filled:${path}`, 'linking', 'true');
        assert.equal(await readlink(at('filled', 'link')), join(daemon.it.dir, 'secret'));
        assert.equal((await stat(at('filled', 'program'))).mode & 0o7777, 0o4755);
        await ok('volume', 'rm', 'filled');
      }
    });

    it('is never that of the host', async () => {
      await ok('create', '--name', 'lured', '-v', 'lured:/out', 'linking', 'true');
      await ok('rm', 'lured');
      assert.deepEqual(await readdir(at('lured', '')), []);
      await ok('volume', 'rm', 'lured');
    });

    it('goes with the volume, but for what somebody has mounted in it', async () => {
      await ok('run', '--rm', '-v', 'mounted:/data', 'linking', 'mkdir', '/data/elsewhere');
      const elsewhere = at('mounted', 'elsewhere');
      await execa('mount', ['-t', 'tmpfs', 'pouch-test', elsewhere]);
      await writeFile(join(elsewhere, 'kept'), '');
      const { exitCode, stderr } = await pouch('volume', 'rm', 'mounted');
      assert.equal(exitCode, 1);
      assert.match(stderr, /the volume mounted: .*elsewhere.*PCH_CONFLICT/s);
      assert.deepEqual(await readdir(elsewhere), ['kept']);
      assert.equal(await ok('volume', 'ls', '-q'), 'mounted');
      await execa('umount', [elsewhere]);
      await ok('volume', 'rm', 'mounted');
      assert.equal(await ok('volume', 'ls', '-q'), '');
    });
  });

  describe('the account files of a container', () => {
    let dir: string;

    before(async () => {
      dir = join(daemon.it.dir, 'traps');
      await mkdir(dir);
    });

    const traps: { name: string; make: string; found: RegExp }[] = [
      { name: 'a device without end', make: 'mknod /etc/passwd c 1 5', found: /found a character device/ },
      { name: 'the kernel log', make: 'mknod /etc/passwd c 1 11', found: /found a character device/ },
      { name: 'a FIFO', make: 'mkfifo /etc/passwd', found: /found a FIFO/ },
      { name: 'a directory', make: 'mkdir /etc/passwd', found: /found a directory/ },
      {
        name: 'a file of 3 GB',
        make: 'truncate -s 3G /etc/passwd',
        found: /expected at most 1048576 bytes.*, found more/,
      },
      { name: 'a link to itself', make: 'ln -s passwd /etc/passwd', found: /links/ },
      {
        name: 'a link out of the container',
        make: 'ln -s /proc/1/root/etc/passwd /etc/passwd',
        found: /cannot read/,
      },
      {
        name: 'a file of procfs',
        make: 'ln -s /proc/kmsg /etc/passwd',
        found: /kernel file system|found a character device/,
      },
    ];
    for (const { name, make, found } of someOf(traps))
      it(`${name}: a name cannot be looked up, and can when the file is repaired`, async () => {
        const at = (file: string) => join(dir, file);
        const script = `cp /etc/passwd /good; rm /etc/passwd; ${make}; touch /traps/set
          until [ -e /traps/repair ]; do sleep 0.05; done
          rm -r /etc/passwd; cp /good /etc/passwd; rm /traps/repair; sleep 1000`;
        const id = await ok('run', '-d', '-v', `${dir}:/traps`, 'busybox', 'sh', '-c', script);
        await appears(at('set'));
        const before = peakKiB();
        const { exitCode, stderr } = await pouch('exec', '-u', 'www-data', id, 'id', '-u');
        assert.equal(exitCode, 126);
        assert.match(stderr, /the user "www-data" cannot be looked up: /);
        assert.match(stderr, found);
        assert.match(stderr, /PCH_USER_NOT_FOUND/);
        assert.ok(peakKiB() - before < growthKiB, `pouchd has grown by ${peakKiB() - before} KiB`);
        await writeFile(at('repair'), '');
        await disappears(at('repair'));
        assert.equal(await ok('exec', '-u', 'www-data', id, 'id', '-u'), '33');
        await ok('rm', '-f', id);
        await ok('run', '--rm', '-v', `${dir}:/traps`, 'busybox', 'rm', '/traps/set');
      });

    it('a missing file or one that is a device does not matter to users with numbers', async () => {
      for (const make of ['true', 'mknod /etc/passwd c 1 11']) {
        const script = `rm /etc/passwd /etc/group; ${make}; touch /traps/set; sleep 1000`;
        const id = await ok('run', '-d', '-v', `${dir}:/traps`, 'busybox', 'sh', '-c', script);
        await appears(join(dir, 'set'));
        assert.equal(await ok('exec', '-u', '7:8', id, 'id', '-u'), '7', make);
        await ok('rm', '-f', id);
        await ok('run', '--rm', '-v', `${dir}:/traps`, 'busybox', 'rm', '/traps/set');
      }
    });

    it('an /etc that links to a directory of the host is the one in the container', async () => {
      const host = join(daemon.it.dir, 'host-etc');
      await mkdir(host);
      await writeFile(join(host, 'passwd'), intruder);
      const files = (await busyboxFiles()).filter(({ path }) => !/^etc(\/|$)/.test(path));
      await daemon.it.loadImage('linked', [...files, { path: 'etc', link: host }], {
        Cmd: ['sleep', '1000'],
      });
      const id = await ok('run', '-d', 'linked');
      const { stderr } = await pouch('exec', '-u', 'intruder', id, 'id', '-u');
      assert.match(stderr, /has no user "intruder"/);
      await ok('exec', id, 'sh', '-c', `mkdir -p ${host} && echo own:x:77:77::/: >${host}/passwd`);
      assert.equal(await ok('exec', '-u', 'own', id, 'id', '-u'), '77');
      assert.equal(await readFile(join(host, 'passwd'), 'utf8'), intruder);
      await ok('rm', '-f', id);
    });

    it('are those that the container sees: a volume over /etc, and what is mounted inside', async () => {
      await writeFile(join(dir, 'passwd'), 'mounted:x:55:55::/:/bin/sh\n');
      const mount = `${join(dir, 'passwd')}:/etc/passwd`;
      const id = await ok('run', '-d', '-v', mount, 'busybox', 'sleep', '1000');
      assert.equal(await ok('exec', '-u', 'mounted', id, 'id', '-u'), '55');
      await ok('rm', '-f', id);
    });

    it('are read by a process whose death ends one call', async () => {
      const id = await ok('run', '-d', 'busybox', 'sleep', '1000');
      assert.equal(await ok('exec', '-u', 'www-data', id, 'id', '-u'), '33');
      for (const pid of fileWorkers()) process.kill(pid, 'SIGKILL');
      const next = async () => (await pouch('exec', '-u', 'www-data', id, 'id', '-u')).stdout === '33\n';
      assert.ok(await waitUntil(next, { withinMs: 30_000 }));
      await ok('rm', '-f', id);
    });

    function peakKiB(): number {
      const pouchd = processesOf(daemon.it.names).find(({ role }) => role === 'pouchd');
      return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pouchd?.pid}/status`, 'utf8'))?.[1]);
    }

    function fileWorkers(): number[] {
      return processesOf(daemon.it.names, { fileWorkers: true })
        .filter(({ role }) => role === 'file worker')
        .map(({ pid }) => pid);
    }

    const exists = (path: string) => () =>
      readFile(path).then(
        () => true,
        () => false,
      );
    const appears = async (path: string) =>
      assert.ok(await waitUntil(exists(path), { withinMs: 30_000 }), path);
    const disappears = async (path: string) =>
      assert.ok(await waitUntil(async () => !(await exists(path)()), { withinMs: 30_000 }), path);
  });
});
