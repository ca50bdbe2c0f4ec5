/** Copies into and out of containers: the container, the archive and the client are not trusted. */
import assert from 'node:assert/strict';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createGzip, gzipSync } from 'node:zlib';
import { execa } from 'execa';
import tar, { type Header } from 'tar-stream';
import { CopyWorkers } from '../../core/files/CopyWorkers.ts';
import { identify } from '../../core/supervise/processIdentity.ts';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { useDaemon } from '../support/useDaemon.ts';

type File = Partial<Header> & { name: string; content?: string };

function tarOf(...files: File[]): Readable {
  const pack = tar.pack();
  for (const { content = '', ...header } of files) pack.entry(header, content);
  pack.finalize();
  return Readable.from(pack as AsyncIterable<Buffer>, { objectMode: false });
}

async function entriesOf(archive: Readable): Promise<Map<string, Header & { content: string }>> {
  const found = new Map<string, Header & { content: string }>();
  const extract = tar.extract();
  archive.pipe(extract);
  for await (const entry of extract)
    found.set(entry.header.name, {
      ...entry.header,
      content: (await buffer(entry as AsyncIterable<Buffer>)).toString(),
    });
  return found;
}

describe('copies of files of containers', function () {
  this.timeout(60_000);
  this.slow(5_000);
  const daemon = useDaemon();
  const { ok, pouch } = daemon;
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'done',
      (error: { code?: string }) => error.code,
    );
  const copies = () => daemon.it.client.copies;
  const extract = (tarball: Readable, path = '/in', ref = 'box') =>
    codeOf(copies().extract(ref, tarball, { path }));
  const isCopying = async () => (await daemon.it.client.pouch.ops()).some(({ verb }) => verb === 'copy');

  before(async () => {
    const script =
      'mkdir /in /out; echo of-the-container > /out/file; touch /data/x; ln /out/file /out/hard; sleep 1000';
    await ok(
      ...['run', '-d', '--name', 'box', '--tmpfs', '/small:size=1m', '-v', 'data:/data'],
      ...['busybox', 'sh', '-c', script],
    );
    await ok('exec', 'box', 'sh', '-c', 'until [ -e /out/hard ]; do sleep 0.01; done');
  });

  const kinds = [
    [],
    ['--userns', 'auto'],
    ['--rich', '--rich-mode', 'dumb-init'],
    ['--runtime', 'runlxc'],
    ['--runtime', 'runlxc', '--rich', '--rich-mode', 'dumb-init'],
  ];
  for (const [kind, options] of kinds.entries()) {
    it(`reach one that runs, one that stopped and one that never ran ${options.join(' ')}`, async () => {
      const at = join(daemon.it.dir, `tree${kind}`);
      await mkdir(join(at, 'sub'), { recursive: true });
      await writeFile(join(at, 'sub/file'), 'of the host');
      const name = `states${kind}`;
      await ok('create', '--name', name, ...options, '-v', `${name}:/vol`, 'busybox', 'sleep', '1000');
      const copyAll = async (to: string) => {
        await ok('cp', `${at}/.`, `${name}:/etc/${to}`);
        await ok('cp', join(at, 'sub/file'), `${name}:/vol/${to}`);
        const { body } = await copies().archive(name, `/etc/${to}`);
        const found = (await entriesOf(body)).get(`${to}/sub/file`);
        assert.deepEqual([found?.content, found?.uid], ['of the host', 0]);
      };
      await copyAll('created');
      await ok('start', name);
      await copyAll('running');
      await ok('stop', '-t', '0', name);
      await copyAll('exited');
      await ok('start', name);
      const script = 'cat /etc/*/sub/file /vol/*; stat -c %u /etc /etc/*/sub /vol/* | sort -u';
      assert.equal(await ok('exec', name, 'sh', '-c', script), `${'of the host'.repeat(6)}0`);
    });
  }

  for (const runtime of ['runc', 'runlxc'])
    it(`have the owners of the archive, or the user of the container: ${runtime}`, async () => {
      const name = `owned-${runtime}`;
      const script = 'mkdir /to /to/dir; touch /to/file; chown -R www-data /to; sleep 1000';
      await ok('run', '-d', '--name', name, '--runtime', runtime, 'busybox', 'sh', '-c', script);
      await ok('exec', name, 'sh', '-c', 'until [ "$(stat -c %u /to/file)" = 33 ]; do sleep 0.01; done');
      await ok(
        'create',
        '--name',
        `${name}-user`,
        '--runtime',
        runtime,
        '--user',
        'www-data',
        'busybox',
        'sh',
        '-c',
        script,
      );
      const owner = async (ref: string, options: object) => {
        const tarball = tarOf({ name: 'own', content: 'x', uid: 1234, gid: 1235 });
        await copies().extract(ref, tarball, { path: '/tmp', ...options });
        const found = (await entriesOf((await copies().archive(ref, '/tmp/own')).body)).get('own');
        return [found?.uid, found?.gid];
      };
      for (const [ref, user] of [
        [name, [1234, 1235]],
        [`${name}-user`, [33, 33]],
      ] as const) {
        assert.deepEqual(await owner(ref, {}), [1234, 1235]);
        assert.deepEqual(await owner(ref, { copyUIDGID: false }), [1234, 1235]);
        assert.deepEqual(await owner(ref, { copyUIDGID: true }), user, ref);
      }
      const over = async (entry: File, noOverwriteDirNonDir: boolean) =>
        await codeOf(copies().extract(name, tarOf(entry), { path: '/to', noOverwriteDirNonDir }));
      const [file, directory] = [
        { name: 'dir', content: 'x' },
        { name: 'file', type: 'directory' as const },
      ];
      for (const entry of [file, directory]) {
        assert.equal(await over(entry, true), 'PCH_CONFLICT');
        assert.equal(await ok('exec', name, 'sh', '-c', 'test -d /to/dir; test -f /to/file'), '');
        assert.equal(await over(entry, false), 'done');
      }
      assert.equal(await ok('exec', name, 'sh', '-c', 'test -f /to/dir && test -d /to/file; echo $?'), '0');
    });

  it('go to the host with their links, and through pipes', async () => {
    const at = join(daemon.it.dir, 'out');
    await ok('cp', 'box:/out', at);
    assert.equal(await readFile(join(at, 'file'), 'utf8'), 'of-the-container\n');
    assert.equal((await stat(join(at, 'file'))).ino, (await stat(join(at, 'hard'))).ino);
    const exported = await entriesOf(await copies().export('box'));
    assert.equal(exported.get('out/file')?.content, 'of-the-container\n');
    assert.ok(![...exported.keys()].some((name) => name.startsWith('data/x')));
  });

  it('show what a container has changed, and none of the mount points', async () => {
    const script = 'rm /bin/ls; rm -r /var/www; mkdir /var/www; touch /var/www/new; chmod 700 /root';
    const mounts = ['--tmpfs', '/made/tmp', '-v', 'data:/made/data'];
    await ok('run', '--name', 'changed', ...mounts, 'busybox', 'sh', '-c', script);
    const expected = ['C /bin', 'D /bin/ls', 'C /root', 'C /var', 'C /var/www', 'A /var/www/new'].join('\n');
    assert.equal(await ok('diff', 'changed'), expected);
  });

  it('refuse archives that leave the directory, create devices or are damaged, and take the next one', async () => {
    const damaged = (await buffer(tarOf({ name: 'file', content: 'x'.repeat(2000) }))).subarray(0, 1024);
    const refused: [Readable, string][] = [
      [tarOf({ name: '../../up', content: 'x' }), 'PCH_COPY_REFUSED'],
      [tarOf({ name: 'hard', type: 'link', linkname: '../../etc/passwd' }), 'PCH_COPY_REFUSED'],
      [tarOf({ name: 'null', type: 'character-device', devmajor: 1, devminor: 3 }), 'PCH_COPY_REFUSED'],
      [Readable.from([damaged]), 'PCH_ARCHIVE_INVALID'],
      [Readable.from([Buffer.alloc(4096, 7)]), 'PCH_ARCHIVE_INVALID'],
    ];
    for (const [archive, code] of refused) assert.equal(await extract(archive), code);
    assert.equal(await extract(tarOf({ name: '/absolute/file', content: 'inside' })), 'done');
    assert.equal(await extract(tarOf({ name: 'zipped', content: 'x' }).pipe(createGzip())), 'done');
    assert.equal(await ok('exec', 'box', 'cat', '/in/absolute/file'), 'inside');
  });

  it('are decompressed, and refused when they are damaged', async () => {
    const whole = await buffer(tarOf({ name: 'packed', content: 'x'.repeat(2000) }));
    const bzip2 = (await execa('bzip2', ['-c'], { input: whole, encoding: 'buffer' })).stdout as Buffer;
    for (const packed of [gzipSync(whole), Buffer.from(bzip2)]) {
      await ok('exec', 'box', 'rm', '-f', '/in/packed');
      const flipped = Buffer.from(packed).fill(7, packed.length >> 1, (packed.length >> 1) + 9);
      for (const damaged of [packed.subarray(0, packed.length - 12), flipped])
        assert.equal(await extract(Readable.from([damaged])), 'PCH_ARCHIVE_INVALID');
      assert.equal(await extract(Readable.from([packed])), 'done');
      assert.equal(await ok('exec', 'box', 'stat', '-c', '%s', '/in/packed'), '2000');
    }
  });

  it('may be a few bytes that become very many: the disk is the limit, and memory stays bounded', async () => {
    const header = (await buffer(tarOf({ name: 'bomb', content: '' }))).subarray(0, 512);
    // 8 GiB less a byte, the most that the field has, in a header whose checksum counts.
    header.write('77777777777', 124);
    header.fill(' ', 148, 156);
    header.write(
      `${header
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
    );
    const bomb = gzipSync(Buffer.concat([header, Buffer.alloc(256 << 20)]));
    assert.ok(bomb.length < 300_000);
    assert.equal(await extract(Readable.from([bomb]), '/small'), 'PCH_DISK_FULL');
    assert.equal(await ok('exec', 'box', 'ls', '/small'), '');
    const peak = /^VmHWM:\s*(\d+) kB/m.exec(await readFile(`/proc/${daemon.it.pid}/status`, 'utf8'))?.[1];
    assert.ok(Number(peak) < 250_000, `peak of pouchd: ${peak} kB`);
    assert.equal(await extract(tarOf({ name: 'small', content: 'x' }), '/small'), 'done');
    await ok('exec', 'box', 'rm', '/small/small');
  });

  it('stay inside while the container exchanges directories for links to the host’s', async () => {
    const victim = join(daemon.it.dir, 'victim');
    await mkdir(victim);
    await writeFile(join(victim, 'kept'), 'of the host');
    const swap = `mkdir /in/a; while :; do mv /in/a /in/b; ln -s ${victim} /in/a; rm /in/a; mv /in/b /in/a; done`;
    await ok('exec', '-d', 'box', 'sh', '-c', swap);
    for (let round = 0; round < 10; round++) {
      await extract(tarOf({ name: 'a/kept', content: 'of the container' }));
      await codeOf(
        copies()
          .archive('box', '/in/a/')
          .then(({ body }) => buffer(body)),
      );
    }
    assert.equal(await readFile(join(victim, 'kept'), 'utf8'), 'of the host');
    assert.equal((await stat(victim)).nlink, 2);
  });

  it('touch no file of a kernel file system', async () => {
    assert.equal(await extract(tarOf({ name: 'x', content: '' }), '/proc/sys'), 'PCH_COPY_REFUSED');
    assert.equal(await codeOf(copies().archive('box', '/proc/1/environ')), 'PCH_COPY_REFUSED');
    await ok('exec', 'box', 'ln', '-s', '/proc/sys/kernel', '/in/kernel');
    const archive = tarOf({ name: 'kernel/core_pattern', content: '|/evil' });
    assert.equal(await extract(archive), 'PCH_COPY_REFUSED');
  });

  it('refuse read-only places with dockerd’s words', async () => {
    await ok(
      'run',
      '-d',
      '--name',
      'fixed',
      '--read-only',
      '-v',
      'data:/data:ro',
      'busybox',
      'sleep',
      '1000',
    );
    const file = join(daemon.it.dir, 'file');
    await writeFile(file, '');
    const { stderr } = await pouch('cp', file, 'fixed:/etc');
    assert.match(stderr, /container rootfs is marked read-only/);
    assert.match((await pouch('cp', file, 'fixed:/data')).stderr, /mounted volume is marked read-only/);
  });

  it('end with a full disk, without the file that did not fit', async () => {
    const archive = () => tarOf({ name: 'large', content: 'x'.repeat(3_000_000) });
    assert.equal(await extract(archive(), '/small'), 'PCH_DISK_FULL');
    assert.equal(await ok('exec', 'box', 'ls', '/small'), '');
    assert.equal(await extract(archive()), 'done');
  });

  it('end with the client, with the container, and with its removal', async () => {
    const endless = new Readable({ read() {} });
    endless.push((await buffer(tarOf({ name: 'large', content: 'x'.repeat(5000) }))).subarray(0, 2048));
    const upload = extract(endless);
    assert.ok(await waitUntil(isCopying, { withinMs: 10_000 }));
    endless.destroy(new Error('the client leaves'));
    await upload;
    assert.ok(await waitUntil(async () => !(await isCopying()), { withinMs: 10_000 }));

    await ok(
      'run',
      '-d',
      '--name',
      'brief',
      'busybox',
      'sh',
      '-c',
      'dd if=/dev/zero of=/big bs=1M count=64; sleep 1000',
    );
    await ok('exec', 'brief', 'sh', '-c', 'until [ "$(stat -c %s /big)" = 67108864 ]; do sleep 0.01; done');
    const { body } = await copies().archive('brief', '/big');
    await ok('rm', '-f', 'brief');
    await assert.rejects(buffer(body));

    await ok('create', '--name', 'stopped', 'busybox');
    const stalled = new Readable({ read() {} });
    stalled.push(Buffer.alloc(10));
    const blocked = extract(stalled, '/', 'stopped');
    assert.ok(await waitUntil(isCopying, { withinMs: 10_000 }));
    await ok('rm', '-f', 'stopped');
    stalled.destroy();
    assert.notEqual(await blocked, 'done');
  });

  it('end when nothing moves', async () => {
    const { State } = (await daemon.it.inspect('box'))!;
    const copying = new CopyWorkers({
      command: [join(import.meta.dirname, '../../bin/pouch-files'), 'test'],
      stallMs: 300,
    });
    const view = { init: identify(State.Pid)! };
    const args = {
      view,
      path: '/in',
      noOverwriteDirNonDir: false,
      owner: null,
      uidMappings: [],
      gidMappings: [],
    };
    const never = new AbortController().signal;
    assert.equal(
      await codeOf(copying.extract('box', args, new Readable({ read() {} }), never)),
      'PCH_COPY_STALLED',
    );
    copying.close();
  });
});
