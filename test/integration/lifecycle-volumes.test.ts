import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { hostPlatform } from '../../core/images/index.ts';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { useDaemon } from '../support/useDaemon.ts';

/** A Docker archive of the image `many` with one layer, the files below `root`. */
async function imageArchive(root: string, config: object): Promise<string> {
  const at = `${root}.image`;
  await mkdir(at);
  await execa('tar', ['-C', root, '-cf', join(at, 'layer.tar'), '.']);
  const digest = createHash('sha256')
    .update(await readFile(join(at, 'layer.tar')))
    .digest('hex');
  const rootfs = { type: 'layers', diff_ids: [`sha256:${digest}`] };
  await writeFile(join(at, 'config.json'), JSON.stringify({ ...hostPlatform(), config, rootfs }));
  const manifest = [{ Config: 'config.json', RepoTags: ['many:latest'], Layers: ['layer.tar'] }];
  await writeFile(join(at, 'manifest.json'), JSON.stringify(manifest));
  await execa('tar', ['-C', at, '-cf', `${at}.tar`, 'config.json', 'manifest.json', 'layer.tar']);
  return `${at}.tar`;
}

describe('the volumes of a container', function () {
  this.timeout(60_000);
  this.slow(10_000);
  const daemon = useDaemon();
  const { pouch, ok, sh } = daemon;

  it('a host directory is seen and written', async () => {
    const path = join(daemon.it.dir, 'shared');
    await mkdir(path);
    await writeFile(join(path, 'given'), 'from the host');
    assert.equal(await sh('cat /in/given; echo back >/in/made', '-v', `${path}:/in`), 'from the host');
    assert.equal(await readFile(join(path, 'made'), 'utf8'), 'back\n');
    assert.match(await sh('touch /in/x 2>&1 || true', '-v', `${path}:/in:ro`), /Read-only/);
  });

  it('-v makes a missing host directory, --mount says that it is missing', async () => {
    const path = join(daemon.it.dir, 'made-by-v');
    await sh('true', '-v', `${path}:/in`);
    assert.ok((await stat(path)).isDirectory());
    const mount = `type=bind,source=${path}-not,target=/in`;
    const { exitCode, stderr } = await pouch('run', '--rm', '--mount', mount, 'busybox', 'true');
    assert.equal(exitCode, 125);
    assert.match(stderr, /bind source path does not exist/);
  });

  it('a named volume outlives its containers and is filled from the image once', async () => {
    assert.match(await sh('cat /etc/passwd; echo new >/etc/added', '-v', 'named:/etc'), /www-data/);
    assert.equal(await sh('cat /there/added; ls /there/passwd', '-v', 'named:/there'), 'new\n/there/passwd');
    assert.equal(await ok('volume', 'ls', '-q'), 'named');
    await ok('volume', 'rm', 'named');
    assert.equal(await ok('volume', 'ls', '-q'), '');
  });

  it('keeps owner, mode and links of what it is filled with', async () => {
    const list = 'stat -c "%a %U %n" /etc/shadow /etc/passwd; stat -c "%a" /etc';
    const plain = await sh(list);
    assert.equal(await sh(list, '-v', 'modes:/etc'), plain);
    await ok('volume', 'rm', 'modes');
  });

  it('nocopy leaves it empty', async () => {
    const mount = 'type=volume,source=empty,target=/etc/ssl,volume-nocopy=true';
    assert.equal(await ok('run', '--rm', '--mount', mount, 'busybox', 'ls', '/etc/ssl'), '');
    await ok('volume', 'rm', 'empty');
  });

  it('two volumes of one container are filled side by side', async () => {
    const options = ['-v', 'one:/etc', '-v', 'two:/var'];
    assert.equal(await sh('ls /etc/passwd; ls -d /var/www', ...options), '/etc/passwd\n/var/www');
    await ok('volume', 'rm', 'one', 'two');
  });

  it('one new volume at two places is filled once', async () => {
    // The older form of the command; a volume without content is filled as a new one is.
    assert.equal(await ok('volume', 'create', '--name', 'twice'), 'twice');
    const places = ['-v', 'twice:/etc', '-v', 'twice:/var/www'];
    assert.equal(
      await sh('touch /etc/mine; ls /var/www', ...places),
      await sh('ls /etc', '-v', 'twice:/etc'),
    );
    await ok('volume', 'rm', 'twice');
  });

  it('the volumes of another container are shared, read-only if asked for, and reported in events', async () => {
    const since = String(Date.now() / 1000 - 0.001);
    const write = 'echo data >/named/file; exec sleep 1000';
    const id = await ok('run', '-d', '-v', 'handed:/named', '-v', '/own', 'busybox', 'sh', '-c', write);
    const isWritten = async () => (await pouch('exec', id, 'cat', '/named/file')).stdout === 'data\n';
    await waitUntil(isWritten, { withinMs: 5_000 });
    const look = 'cat /named/file; touch /own/x 2>&1 || true';
    assert.match(await sh(look, '--volumes-from', `${id}:ro`), /^data\n.*Read-only file system$/);
    assert.equal(await sh(look, '--volumes-from', id), 'data');
    await ok('rm', '-f', '-v', id);
    await ok('volume', 'rm', 'handed');
    const actions: string[] = [];
    const until = String(Date.now() / 1000);
    for await (const { Type, Action, Actor } of await daemon.it.client.system.events({ since, until }))
      if (Type === 'volume' && Actor.ID === 'handed') actions.push(Action);
    const pair = ['mount', 'unmount'];
    assert.deepEqual(actions, ['create', 'mount', ...pair, ...pair, 'unmount', 'destroy']);
  });

  it('an anonymous volume goes with --rm or rm -v, and stays without', async () => {
    await sh('echo x >/data/x', '-v', '/data');
    const volumes = async () => (await ok('volume', 'ls', '-q')).split('\n').filter(Boolean);
    assert.ok(await waitUntil(async () => (await volumes()).length === 0, { withinMs: 30_000 }));
    const id = await ok('create', '-v', '/data', 'busybox', 'true');
    assert.equal((await volumes()).filter((name) => name.startsWith(id.slice(0, 56))).length, 1);
    await ok('rm', id);
    assert.equal((await volumes()).length, 1);
    const second = await ok('create', '-v', '/data', 'busybox', 'true');
    await ok('rm', '-v', second);
    assert.equal((await volumes()).length, 1);
    await ok('volume', 'create', 'kept');
    const { VolumesDeleted } = await daemon.it.client.volumes.prune();
    assert.equal(VolumesDeleted?.length, 1);
    assert.deepEqual(await volumes(), ['kept']);
    await ok('volume', 'prune', '-f');
    assert.deepEqual(await volumes(), ['kept']);
    const { exitCode, stderr } = await pouch('volume', 'prune', '-f', '-a', '--filter', 'colour=red');
    assert.equal(exitCode, 1);
    assert.match(stderr, /invalid filter 'colour'/);
    await ok('volume', 'prune', '-f', '-a');
    assert.deepEqual(await volumes(), []);
  });

  it('many volumes of one container are each filled from the image', async () => {
    const names = [...Array(150).keys()].map((n) => `d${n}`);
    const root = join(daemon.it.dir, 'many');
    for (const name of names) {
      await mkdir(join(root, name), { recursive: true });
      await writeFile(join(root, name, 'file'), name);
    }
    await mkdir(join(root, 'bin'));
    await copyFile('/bin/busybox', join(root, 'bin/cat'));
    const archive = await imageArchive(root, {
      Volumes: Object.fromEntries(names.map((name) => [`/${name}`, {}])),
    });
    for await (const { error } of await daemon.it.client.images.load(createReadStream(archive)))
      assert.equal(error, undefined);
    const files = names.map((name) => `/${name}/file`);
    assert.equal(await ok('run', '--rm', 'many', '/bin/cat', ...files), names.join(''));
  });

  it('a container with 250 volumes does not hold up the daemon', async () => {
    const Volumes = Object.fromEntries([...Array(250).keys()].map((n) => [`/v${n}`, {}]));
    let longest = 0;
    let isDone = false;
    const made = daemon.it.createContainer({ Volumes }).finally(() => (isDone = true));
    while (!isDone) {
      const asked = performance.now();
      await daemon.it.client.system.ping();
      longest = Math.max(longest, performance.now() - asked);
    }
    await daemon.it.client.containers.remove(await made, { volumes: true });
    assert.equal(await ok('volume', 'ls', '-q'), '');
    assert.ok(longest < 1000, `a ping took ${longest} ms`);
  });

  it('a volume in use is not removed', async () => {
    const id = await ok('create', '--name', 'user', '-v', 'used:/data', 'busybox', 'true');
    const { exitCode, stderr } = await pouch('volume', 'rm', 'used');
    assert.equal(exitCode, 1);
    assert.match(stderr, /in use by user/);
    await ok('rm', id);
    await ok('volume', 'rm', 'used');
  });

  it('a tmpfs has its size and mode, and holds nothing over a restart', async () => {
    const id = await ok(
      ...['run', '-d', '--tmpfs', '/scratch:size=1m,mode=700', 'busybox'],
      ...['sh', '-c', 'ls /scratch; touch /scratch/file; sleep 1000'],
    );
    assert.match(await ok('exec', id, 'df', '-k', '/scratch'), /\b1024\b/);
    assert.equal(await ok('exec', id, 'stat', '-c', '%a', '/scratch'), '700');
    await ok('restart', '-t', '0', id);
    assert.equal(await ok('logs', id), '');
    await ok('rm', '-f', id);
  });

  it('/dev/shm has the size that is asked for', async () => {
    assert.match(await sh('df -k /dev/shm', '--shm-size', '2m'), /\b2048\b/);
  });

  it('a container’s own files live until it is removed', async () => {
    const id = await ok('run', '-d', 'busybox', 'sh', '-c', 'ls /kept || touch /kept');
    await daemon.it.until(id, 'exited');
    await ok('start', '-a', id);
    assert.match(await ok('logs', id), /^\/kept$/m);
    await ok('rm', id);
  });

  it('a mount over the root, a relative path and two mounts in one place are refused', async () => {
    for (const options of [
      ['-v', '/tmp:/'],
      ['-v', '/tmp:relative'],
      ['-v', '/tmp:/a', '--tmpfs', '/a'],
      ['-v', 'bad name:/a'],
    ]) {
      const { exitCode } = await pouch('run', '--rm', ...options, 'busybox', 'true');
      assert.equal(exitCode, 125, options.join(' '));
    }
  });
});
