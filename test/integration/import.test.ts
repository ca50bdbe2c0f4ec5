import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { useDebian } from '../support/debianImage.ts';
import { type Daemon, useDaemon } from '../support/useDaemon.ts';
import { SshServer } from './support/SshServer.ts';
import { assertBoots, type LegacyRoot, legacyRoot } from './support/legacyRoot.ts';

const pouchPath = resolve(import.meta.dirname, '../../bin/pouch');

describe('pouch import', function () {
  this.timeout(120_000);
  const daemon = useDaemon();
  useDebian(daemon);
  let dir: string;
  let legacy: LegacyRoot;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'pouch-import-'));
    legacy = await legacyRoot(dir);
  });

  after(() => rm(dir, { recursive: true, force: true }));

  const nothingLeft = async () => {
    assert.equal((await daemon.it.containerd.leases.list()).length, 0);
    assert.equal((await daemon.it.containerd.content.listStatuses()).length, 0);
  };

  describe('of a tar', () => {
    it('makes an image that boots', async () => {
      const lines = (await daemon.ok('import', legacy.tar, 'legacy:tar')).split('\n');
      assert.match(lines.at(-1)!, /^sha256:[0-9a-f]{64}$/);
      assert.ok(lines.includes('kept 1 setuid or setgid file: /usr/bin/setuid-tool'), lines.join('\n'));
      await assertBoots(daemon, 'legacy:tar', 'of-tar');
    });

    it('makes one of a whole Debian with systemd, which boots', async () => {
      const layer = await rootfsOf(daemon, 'debian:bookworm');
      const id = await daemon.ok('import', '-q', '-m', 'from cellar', '-c', 'CMD ["true"]', layer, 'moved:1');
      assert.match(id, /^sha256:[0-9a-f]{64}$/);
      assert.match(await daemon.ok('history', 'moved:1'), /from cellar/);
      await daemon.ok('run', '-d', '--rich', '--wait', '--name', 'moved', 'moved:1');
      assert.match(await daemon.ok('svc', 'ls', 'moved'), /^ssh +running/m);
      await daemon.ok('rm', '-f', 'moved');
    });

    it('reads stdin; one that is cut off leaves nothing, and the next works', async () => {
      const half = createReadStream(legacy.tar, { end: 500_000 });
      const cut = await execa(pouchPath, ['import', '-', 'cut:1'], {
        env: { POUCH_HOST: daemon.it.host },
        input: half,
        reject: false,
      });
      assert.equal(cut.exitCode, 1);
      assert.match(cut.stderr, /the tar is cut off\n.*\ncode: PCH_IMPORT_INVALID/);
      await nothingLeft();
      assert.match((await daemon.pouch('run', '--rm', '--pull', 'never', 'cut:1', 'true')).stderr, /cut:1/);
      await daemon.ok('import', '-q', legacy.tar, 'cut:1');
    });

    it('comes from a URL, downloaded by the client or, through Docker’s API, by pouchd', async () => {
      let status = 200;
      const server = createServer((_request, response) => {
        response.statusCode = status;
        if (status === 200) createReadStream(legacy.tar).pipe(response);
        else response.end();
      });
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/legacy.tar?key=secret`;
      const docker = (name: string) =>
        execa('docker', ['-H', daemon.it.host, 'import', url, name], { reject: false });
      try {
        assert.match(await daemon.ok('import', '-q', url, 'url:1'), /^sha256:/);
        assert.match((await docker('url:2')).stdout, /^sha256:/m);
        status = 404;
        for (const { stderr } of [await daemon.pouch('import', url, 'url:3'), await docker('url:3')]) {
          assert.match(stderr, /cannot download http:.*legacy\.tar: status 404/);
          assert.doesNotMatch(stderr, /secret/);
        }
        await nothingLeft();
      } finally {
        server.close();
      }
    });

    it('that is refused at once says why, however much is sent', async () => {
      const { exitCode, stderr } = await daemon.pouch('import', '-c', 'RUN rm', legacy.tar, 'x:1');
      assert.equal(exitCode, 1);
      assert.match(stderr, /changes: expected one of CMD, .*\n.*\ncode: PCH_BAD_REQUEST/);
      assert.match((await daemon.pouch('import', legacy.tar, 'Bad Name')).stderr, /PCH_REFERENCE_INVALID/);
      assert.match(
        (await daemon.pouch('import', '--exclude', 'x', legacy.tar)).stderr,
        /--exclude: expected a dir/,
      );
      assert.match(
        (await daemon.pouch('import', '/nonexistent')).stderr,
        /SOURCE: cannot read.*\n.*use a tar/,
      );
    });

    it('whose client is killed leaves nothing', async () => {
      const client = startImport(daemon.it.host, '-', 'killed:1');
      client.stdin!.write(
        Buffer.from((await execa('head', ['-c', '800000', legacy.tar], { encoding: 'buffer' })).stdout),
      );
      const isSent = async () => (await daemon.it.containerd.content.listStatuses()).length > 0;
      assert.ok(await waitUntil(isSent, { withinMs: 10_000 }));
      client.kill('SIGKILL');
      const isGone = async () => (await daemon.it.containerd.leases.list()).length === 0;
      assert.ok(await waitUntil(isGone, { withinMs: 10_000 }));
      await nothingLeft();
    });
  });

  describe('of a directory', () => {
    it('makes an image that boots, without what the boot and others make', async () => {
      const { directory } = legacy;
      await writeFile(join(directory, 'proc/leftover'), '');
      await mkdir(join(directory, 'srv'));
      await writeFile(join(directory, 'srv/big.iso'), '');
      await symlink('/etc/shadow', join(directory, 'srv/outside'));
      await daemon.ok('import', '--exclude', '*.iso', directory, 'legacy:dir');
      await assertBoots(daemon, 'legacy:dir', 'of-dir');
      const ls = await daemon.ok('run', '--rm', 'legacy:dir', 'ls', '-a', '/srv', '/proc');
      assert.match(ls, /^outside$/m);
      assert.doesNotMatch(ls, /big\.iso|leftover/);
    });

    it('or a file that is something else makes none', async () => {
      const file = join(dir, 'file');
      await writeFile(file, 'no tar');
      assert.match((await daemon.pouch('import', file, 'x:1')).stderr, /PCH_IMPORT_INVALID/);
      await nothingLeft();
    });
  });

  describe('of a disk image', () => {
    let disk: string;
    before(async () => {
      const image = join(dir, 'root.ext4');
      await execa('setcap', ['cap_net_raw+ep', join(legacy.directory, 'usr/bin/setuid-tool')]);
      await execa('mkfs.ext4', ['-q', '-d', legacy.directory, image, '64M']);
      disk = join(dir, 'disk.raw');
      await writePartitioned(disk, image);
      await execa('qemu-img', ['convert', '-O', 'qcow2', disk, join(dir, 'disk.qcow2')]);
    });

    for (const name of ['disk.raw', 'disk.qcow2'])
      it(`makes an image of ${name} that boots`, async () => {
        const report = JSON.parse(await daemon.ok('doctor', 'import', '--json', join(dir, name)));
        assert.equal(report.findings[0].found, 'Cellar 3');
        const lines = await daemon.ok('import', join(dir, name), 'legacy:disk');
        assert.match(lines, /kept 1 file with capabilities: \/usr\/bin\/setuid-tool/);
        await assertBoots(daemon, 'legacy:disk', 'of-disk');
      });

    it('that is damaged, or refers to other files, makes none, and the next works', async () => {
      const bytes = await readFile(join(dir, 'root.ext4'));
      bytes.fill(0xff, 2 << 20, 24 << 20);
      await writeFile(join(dir, 'damaged'), bytes);
      assert.match((await daemon.pouch('import', join(dir, 'damaged'), 'x:1')).stderr, /PCH_IMPORT_INVALID/);
      const backed = join(dir, 'backed.qcow2');
      await execa('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'raw', '-b', disk, backed]);
      assert.match(
        (await daemon.pouch('import', backed)).stderr,
        /a backing file.*\n.*\ncode: PCH_NOT_SUPPORTED/,
      );
      assert.match(
        (await daemon.pouch('import', '--partition', '3', disk)).stderr,
        /partition 2 \(64MiB\) has ext/,
      );
      await nothingLeft();
      await daemon.ok('import', '-q', '--partition', '2', disk, 'legacy:again');
    });

    it('that only libguestfs reads names its package where it is not installed', async () => {
      const xfs = join(dir, 'xfs');
      await writeFile(xfs, Buffer.concat([Buffer.from('XFSB'), Buffer.alloc(8188)]));
      const env = { POUCH_HOST: daemon.it.host, PATH: dir, TMPDIR: dir };
      const { exitCode, stderr } = await execa(pouchPath, ['import', xfs], {
        env,
        extendEnv: false,
        reject: false,
      });
      assert.equal(exitCode, 1);
      assert.match(stderr, /the whole disk \(8KiB\) has xfs; guestfish, .* is not installed\n/);
      assert.match(stderr, /install it: apt-get install libguestfs-tools\ncode: PCH_TOOL_MISSING/);
      assert.deepEqual(
        (await readdir(dir)).filter((name) => name.startsWith('pouch-import-')),
        [],
      );
      const { stderr: refused } = await daemon.pouch('import', '--subvolume', '@', disk, 'x:1');
      assert.match(refused, /--subvolume: expected btrfs, found that partition 1 .*, partition 2 .* has ext/);
    });
  });

  describe('of a running host', () => {
    let server: SshServer;
    let url: string;
    const run = (...args: string[]) =>
      execa(pouchPath, args, {
        env: { POUCH_HOST: daemon.it.host, PATH: `${server.path}:${process.env['PATH']}`, TMPDIR: dir },
        reject: false,
      });

    before(async () => {
      server = await SshServer.start(join(dir, 'ssh'));
      url = `ssh://root@127.0.0.1:${server.port}${legacy.directory}`;
    });
    after(() => server?.stop());

    it('is examined, and makes an image that boots', async () => {
      const report = JSON.parse((await run('doctor', 'import', '--json', url)).stdout);
      assert.deepEqual(report.findings[0], { topic: 'system', verdict: 'info', found: 'Cellar 3' });
      const { exitCode, stderr } = await run('import', '-q', url, 'legacy:ssh');
      assert.equal(exitCode, 0, stderr);
      await assertBoots(daemon, 'legacy:ssh', 'of-ssh');
      assert.deepEqual(
        (await readdir(dir)).filter((name) => name.startsWith('pouch-import-')),
        [],
      );
    });

    it('is copied now, and finally when its services have stopped', async () => {
      const staging = join(dir, 'staging');
      assert.match((await run('import', '--staging', staging, url)).stdout, /again with --final/);
      await writeFile(join(legacy.directory, 'etc/later'), 'x');
      const { exitCode, stderr } = await run(
        'import',
        '-q',
        '--staging',
        staging,
        '--final',
        url,
        'legacy:final',
      );
      assert.equal(exitCode, 0, stderr);
      await daemon.ok('run', '--rm', 'legacy:final', 'test', '-f', '/etc/later');
      await assert.rejects(readdir(staging));
    });

    it('that cannot be reached or read makes none', async () => {
      assert.match(
        (await run('import', `${url}/nothing-here`, 'x:1')).stderr,
        /rsync failed.*\n.*\ncode: PCH_IMPORT_FAILED/,
      );
      assert.match((await run('import', 'ssh://-oProxyCommand=x', 'x:1')).stderr, /PCH_OPTION_INVALID/);
      await nothingLeft();
    });
  });
});

/** Writes a disk with a swap partition and one with the file system. */
async function writePartitioned(path: string, image: string): Promise<void> {
  const content = await readFile(image);
  const table = Buffer.alloc(1 << 20);
  for (const [i, [type, start, sectors]] of [
    [0x82, 64, 1024],
    [0x83, 2048, content.length / 512],
  ].entries()) {
    table[446 + 16 * i + 4] = type!;
    table.writeUInt32LE(start!, 446 + 16 * i + 8);
    table.writeUInt32LE(sectors!, 446 + 16 * i + 12);
  }
  table.writeUInt16LE(0xaa55, 510);
  await writeFile(path, Buffer.concat([table, content]));
}

/** The tar of an image of one uncompressed layer, in containerd's store. */
async function rootfsOf({ it }: Daemon, image: string): Promise<string> {
  const [layer = ''] = (await it.client.images.inspect(image)).RootFS.Layers ?? [];
  return join(it.root, 'containerd/io.containerd.content.v1.content/blobs', layer.replace(':', '/'));
}

function startImport(host: string, ...args: string[]): ChildProcess {
  const child = spawn(pouchPath, ['import', ...args], {
    env: { ...process.env, POUCH_HOST: host },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.stdin.on('error', () => undefined);
  return child;
}
