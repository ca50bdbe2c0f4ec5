import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { everyCase } from '../support/someOf.ts';
import { skip } from '../support/skip.ts';
import { useDaemon } from '../support/useDaemon.ts';
import { guestDisk, missingLibguestfs } from './support/guestDisk.ts';
import { assertBoots, legacyRoot } from './support/legacyRoot.ts';

const pouch = resolve(import.meta.dirname, '../../bin/pouch');

describe('pouch import through libguestfs', function () {
  this.timeout(300_000);
  this.slow(60_000);
  const daemon = useDaemon();
  let dir: string;
  let disk: string;

  before(async function () {
    this.timeout(500_000);
    // Each start of a VM takes 20 seconds without KVM.
    if (!everyCase())
      return skip(this, 'npm test -- every-case imports xfs, btrfs and LVM through libguestfs');
    const missing = missingLibguestfs();
    if (missing !== undefined) return skip(this, `no libguestfs: ${missing}`);
    dir = await mkdtemp(join(tmpdir(), 'pouch-guestfs-'));
    const { directory } = await legacyRoot(dir);
    await execa('setcap', ['cap_net_raw+ep', join(directory, 'usr/bin/setuid-tool')]);
    for (const path of ['srv/a', 'srv/a/b', 'proc/1'])
      await mkdir(join(directory, path), { recursive: true });
    for (const path of ['srv/a/x.iso', 'srv/a/b/x.iso', 'srv/a b'])
      await writeFile(join(directory, path), '');
    disk = await guestDisk(directory, dir);
    await mkdir(join(dir, 'tmp'));
  });

  after(() => dir && rm(dir, { recursive: true, force: true }));

  const env = () => ({ POUCH_HOST: daemon.it.host, TMPDIR: join(dir, 'tmp') });
  /** KVM may exist where it does not work: one test tries it. */
  const withoutKvm = () => ({ ...env(), LIBGUESTFS_BACKEND_SETTINGS: 'force_tcg' });
  const run = (...args: string[]) => execa(pouch, args, { env: withoutKvm(), reject: false });

  /** Processes of guestfish and its VM, temporary files, and sockets of libguestfs. */
  const sockets = new Set<string>();
  const leftovers = async () => {
    const { stdout } = await execa('ps', ['-eo', 'pid,args', '-ww']);
    const processes = stdout.split('\n').filter((line) => line.includes(join(dir, 'tmp')));
    for (const [path] of processes.join().matchAll(/\/tmp\/libguestfs\w+/g)) sockets.add(path);
    const files = await readdir(join(dir, 'tmp'));
    return [...processes, ...files, ...[...sockets].filter((path) => existsSync(path))];
  };

  it('of a disk with several roots lists them', async () => {
    const { exitCode, stderr } = await execa(pouch, ['import', disk, 'x:1'], { env: env(), reject: false });
    assert.equal(exitCode, 1);
    assert.match(stderr, /partition 2 has xfs, partition 3 has btrfs, volume host\/root_x has xfs/);
    assert.match(stderr, /volume host\/secret has LUKS\n.*\ncode: PCH_OPTION_INVALID/);
    assert.deepEqual(await leftovers(), []);
  });

  it('of xfs in a qcow2 makes an image that boots, with capabilities and without what is excluded', async () => {
    const image = join(dir, "tmp's disk,file=x.qcow2");
    await execa('qemu-img', ['convert', '-O', 'qcow2', disk, image]);
    const excludes = ['--exclude', '/srv/*/x.iso', '--exclude', '/srv/a b'];
    const { exitCode, stdout, stderr } = await run('import', '--partition', '2', ...excludes, image, 'xfs:1');
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /^libguestfs: Starting a VM$/m);
    assert.match(stdout, /kept 1 file with capabilities: \/usr\/bin\/setuid-tool/);
    await assertBoots(daemon, 'xfs:1', 'of-xfs');
    const files = await daemon.ok(
      'run',
      '--rm',
      'xfs:1',
      'sh',
      '-c',
      'find /srv; ls /proc | grep -c leftover || true',
    );
    assert.deepEqual(files.split('\n').sort(), ['/srv', '/srv/a', '/srv/a/b', '/srv/a/b/x.iso', '0']);
    assert.deepEqual(await leftovers(), []);
  });

  it('of btrfs takes the subvolume with the root, or the named one', async () => {
    const { stdout, stderr } = await run('doctor', 'import', '--json', '--partition', '3', disk);
    assert.equal(JSON.parse(stdout).findings[0].found, 'Cellar 3', stderr);
    const missing = await run('import', '--partition', '3', '--subvolume', 'no such', disk);
    assert.match(missing.stderr, /--subvolume: .* found no "no such": @, home\n.*\ncode: PCH_OPTION_INVALID/);
    const { exitCode, stderr: failure } = await run(
      'import',
      '--partition',
      '3',
      '--subvolume',
      '/@',
      disk,
      'btrfs:1',
    );
    assert.equal(exitCode, 0, failure);
    await assertBoots(daemon, 'btrfs:1', 'of-btrfs');
  });

  it('of a volume of LVM makes an image that boots, and refuses LUKS', async () => {
    const { exitCode, stderr } = await run('import', '-q', '--partition', 'host/root_x', disk, 'lvm:1');
    assert.equal(exitCode, 0, stderr);
    await assertBoots(daemon, 'lvm:1', 'of-lvm');
    const refused = await run('import', '--partition', 'host/secret', disk, 'x:1');
    assert.match(refused.stderr, /volume host\/secret has LUKS; .*\n.*\ncode: PCH_NOT_SUPPORTED/);
  });

  it('that is interrupted while the VM starts or runs leaves nothing', async () => {
    for (const awaited of ['appliance.d', 'qemu-system']) {
      const client = spawn(pouch, ['import', '--partition', '2', disk, 'x:1'], {
        stdio: 'ignore',
        env: { ...process.env, ...withoutKvm() },
      });
      const ended = once(client, 'exit');
      const isRunning = async () => (await leftovers()).some((line) => line.includes(awaited));
      assert.ok(await waitUntil(isRunning, { withinMs: 60_000 }), awaited);
      client.kill('SIGINT');
      assert.deepEqual(await ended, [130, null]);
      assert.deepEqual(await leftovers(), []);
    }
  });
});
