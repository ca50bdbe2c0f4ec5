import assert from 'node:assert/strict';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { ociRuntimes } from '../support/ociRuntimes.ts';
import { useDaemon } from '../support/useDaemon.ts';

const range = { first: 700_000, size: 65_536 };
const yaml = `userns: { range: ${range.first}-${range.first + 10 * range.size} }\n`;

for (const runtime of ociRuntimes)
  describe(`a container with users of its own: ${runtime}`, function () {
    this.timeout(60_000);
    this.slow(10_000);
    const daemon = useDaemon({ yaml: `${yaml}runtime: { default: ${runtime} }\n` });
    const { pouch, ok } = daemon;
    const sh = (script: string, ...options: string[]) => daemon.sh(script, '--userns', 'auto', ...options);

    it('is root inside and nobody outside', async () => {
      const id = await ok('run', '-d', '--userns', 'auto', 'busybox', 'sleep', '1000');
      assert.equal(await ok('exec', id, 'id', '-u'), '0');
      const pid = (await daemon.it.inspect(id))?.State.Pid;
      assert.equal((await stat(`/proc/${pid}`)).uid, range.first);
      assert.match(await ok('exec', id, 'cat', '/proc/self/uid_map'), /^\s*0\s+700000\s+65536$/);
      await ok('rm', '-f', id);
    });

    it('owns its files: those of the image, those it makes, and its own /etc files', async () => {
      const list = 'touch /new; stat -c "%u:%g" / /bin /etc/passwd /new /etc/hosts /etc/hostname';
      assert.deepEqual(new Set((await sh(list)).split('\n')), new Set(['0:0']));
      assert.equal(
        await sh(
          'chown 33:33 /etc/group; stat -c %u /etc/group; echo x >>/etc/hosts; su -s /bin/sh www-data -c id',
        ),
        '33\nuid=33(www-data) gid=33(www-data) groups=33(www-data)',
      );
    });

    it('keeps what it has made over a restart', async () => {
      const id = await ok(
        'run',
        '-d',
        '--userns',
        'auto',
        'busybox',
        'sh',
        '-c',
        'cat /x; echo kept >/x; chown 5 /x; sleep 1000',
      );
      await ok('restart', '-t', '0', id);
      assert.equal(await ok('logs', id).then((text) => text.split('\n').at(-1)), 'kept');
      assert.equal(await ok('exec', id, 'stat', '-c', '%u', '/x'), '5');
      await ok('rm', '-f', id);
    });

    it('two never have the same host ids, and another command does not get those of a third', async () => {
      const start = () => ok('run', '-d', '--userns', 'auto', 'busybox', 'sleep', '1000');
      const ids = await Promise.all([start(), start(), start()]);
      const firsts = await Promise.all(
        ids.map((id) => ok('exec', id, 'awk', '{print $2}', '/proc/self/uid_map')),
      );
      assert.equal(new Set(firsts).size, 3);
      await ok('rm', '-f', ...ids);
    });

    it('shares volumes and bind mounts with others whatever ids they have; noidmap shows the host’s', async () => {
      await sh('echo own >/data/file; chown 7:8 /data/file', '-v', 'shared:/data');
      const read = 'cat /data/file; stat -c "%u:%g" /data/file';
      const other = await ok('run', '-d', '--userns', 'auto', 'busybox', 'sleep', '1000');
      assert.equal(await sh(read, '-v', 'shared:/data'), 'own\n7:8');
      assert.equal(await daemon.sh(read, '-v', 'shared:/data'), 'own\n7:8');
      await ok('rm', '-f', other);
      await ok('volume', 'rm', 'shared');
      const path = join(daemon.it.dir, 'host');
      await mkdir(path, { recursive: true });
      await writeFile(join(path, 'file'), '');
      assert.equal(await sh('stat -c %u /in/file', '-v', `${path}:/in:noidmap`), '65534');
      for (const option of ['', ':idmap']) {
        assert.equal(await sh('stat -c %u /in/file; touch /in/made', '-v', `${path}:/in${option}`), '0');
        assert.equal((await stat(join(path, 'made'))).uid, 0);
      }
    });

    it('a bind mount has the mounts below it', async () => {
      const path = join(daemon.it.dir, 'tree');
      await mkdir(join(path, 'below'), { recursive: true });
      await execa('mount', ['-t', 'tmpfs', 'x', join(path, 'below')]);
      try {
        await writeFile(join(path, 'below/file'), '');
        assert.equal(await sh('stat -c %u /in/below/file', '-v', `${path}:/in`), '0');
      } finally {
        await execa('umount', [join(path, 'below')]);
      }
    });

    it('mounts read-only what is nosuid and nodev on the host', async () => {
      const source = join(daemon.it.dir, 'no-suid');
      await mkdir(source);
      await execa('mount', ['-t', 'tmpfs', '-o', 'nosuid,nodev,noexec', 'pouch-test', source]);
      try {
        const write = 'echo x >/in/x || grep " /in " /proc/mounts';
        assert.match(await sh(write, '-v', `${source}:/in:ro`), /\bro,nosuid,nodev,noexec\b/);
        assert.equal(await sh('echo x >/in/x; cat /in/x', '-v', `${source}:/in`), 'x');
      } finally {
        await execa('umount', [source]);
      }
    });

    it('warns of a bind mount that has to keep the host’s ids', async () => {
      const run = await daemon.pouch(
        ...[
          'run',
          '--rm',
          '--userns',
          'auto',
          '-v',
          '/proc/sys:/in:ro',
          'busybox',
          'stat',
          '-c',
          '%u',
          '/in',
        ],
      );
      assert.equal(run.stdout, '65534\n');
      assert.match(
        run.stderr,
        /bind mount \/in has the ids of the host.*\/proc\/sys is on proc; use a volume/,
      );
    });

    it('a volume is filled with what the image has, and its owners', async () => {
      assert.equal(
        await sh('stat -c %g /etc/shadow; wc -l </etc/passwd', '-v', 'filled:/etc'),
        await daemon.sh('stat -c %g /etc/shadow; wc -l </etc/passwd'),
      );
      await ok('volume', 'rm', 'filled');
    });

    it('sets up its own network, and has terminals, devices and another user', async () => {
      const admin = ['--cap-add', 'NET_ADMIN', '--sysctl', 'net.ipv4.ip_forward=1'];
      assert.match(
        await sh(
          'ip link add name br9 type bridge && ip -o link show br9; cat /proc/sys/net/ipv4/ip_forward; ip -4 -o addr show eth0',
          ...admin,
        ),
        /br9.*\n1\n.*inet 10/s,
      );
      assert.match(
        await sh('ls -ln /dev/pts/ptmx /dev/null; echo to >/dev/stdout; id -u', '-u', '33'),
        /to\n33$/,
      );
    });

    it('leaves the host’s /dev/null alone', async () => {
      const id = await ok('run', '-d', '--userns', 'auto', '-u', '33', 'busybox', 'sleep', '1000');
      await ok('exec', id, 'true');
      await ok('exec', '-d', id, 'true');
      const { uid, gid } = await stat('/dev/null');
      assert.deepEqual([uid, gid], [0, 0]);
      await ok('rm', '-f', id);
    });

    it('has devices of the host, under another name too', async () => {
      const devices = ['--device', '/dev/fuse', '--device', '/dev/zero:/dev/nought'];
      const read = 'head -c 3 /dev/nought | wc -c; (: <>/dev/fuse) && echo opened';
      assert.equal(await sh(read, ...devices), '3\nopened');
      const { mode } = await stat('/dev/fuse');
      assert.equal(await sh('stat -c "%u %g %a" /dev/fuse', ...devices), `0 0 ${(mode & 0o777).toString(8)}`);
      assert.match(await sh('ls /dev/fuse 2>&1 || true'), /No such file/);
    });

    it('runs on under a new daemon, and goes with all that it had', async () => {
      const before = await daemon.it.inventory();
      const id = await ok('run', '-d', '--userns', 'auto', '-v', '/data', 'busybox', 'sleep', '1000');
      await daemon.it.kill9();
      await daemon.it.start();
      assert.equal(await ok('exec', id, 'stat', '-c', '%u', '/data'), '0');
      await ok('rm', '-f', '-v', id);
      assert.deepEqual(await daemon.it.leftovers(before), []);
    });

    it('can do with the host’s network, with more or fewer ids, and with given ones', async () => {
      assert.match(await sh('ls /sys/class/net; ip -o link', '--network', 'host'), /lo/);
      assert.match(await daemon.sh('cat /proc/self/uid_map', '--userns', 'auto:size=2000'), /\s2000$/);
      assert.match(
        await daemon.sh('cat /proc/self/uid_map', '--userns', '0:900000:3000'),
        /0\s+900000\s+3000$/,
      );
      const id = await ok('create', '--userns', '0:900000:3000', 'busybox', 'true');
      const { HostConfig } = (await daemon.it.inspect(id))!;
      assert.equal(HostConfig.UsernsMode, '0:900000:3000');
      assert.deepEqual(HostConfig.IDMappings, { UidMap: ['0:900000:3000'], GidMap: ['0:900000:3000'] });
      await ok('rm', id);
    });

    it('--privileged gives it all capabilities over its own, and none over the host', async () => {
      const script =
        'mkdir /m; mount -t tmpfs x /m && echo mounted; ls -d /dev/fuse; mknod /tmp/x c 1 3 2>&1 || true';
      assert.match(await sh(script, '--privileged'), /^mounted\n\/dev\/fuse\n.*not permitted/i);
    });

    it('cannot show the processes of others', async () => {
      const { exitCode, stderr } = await pouch(
        'run',
        '--rm',
        '--userns',
        'auto',
        '--pid',
        'host',
        'busybox',
        'true',
      );
      assert.equal(exitCode, 125);
      assert.match(stderr, /cannot have --pid host/);
    });

    it('says when no ids are left, and has them again after a removal', async () => {
      const big = ['create', '--userns', `auto:size=${6 * range.size}`, 'busybox', 'true'];
      const id = await ok(...big);
      const { exitCode, stderr } = await pouch(...big);
      assert.equal(exitCode, 125);
      assert.match(stderr, /expected 393216 consecutive free ids.*\n.*userns\.range.*\n.*PCH_USERNS_FULL/s);
      await ok('rm', id);
      await ok('rm', await ok(...big));
    });

    it('leaves no mount and no namespace', async () => {
      for (const name of ['userns', 'idmapped', 'netns'])
        assert.deepEqual(await readdir(join(daemon.it.state, name)), [], name);
    });
  });
