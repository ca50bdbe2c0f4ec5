import assert from 'node:assert/strict';
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { hierarchies } from '../support/host/cgroups.ts';
import { read } from '../support/host/files.ts';
import { useDaemon } from '../support/useDaemon.ts';

/** Bits of capabilities(7) in the masks of proc_pid_status(5). */
const capability = { CHOWN: 0n, NET_ADMIN: 12n, NET_RAW: 13n, SYS_ADMIN: 21n };

describe('what a container may do', function () {
  this.timeout(60_000);
  this.slow(10_000);
  const daemon = useDaemon();
  const { pouch, ok, sh } = daemon;

  async function statusField(name: string, ...options: string[]): Promise<string> {
    return await sh(`sed -n 's/^${name}:[[:space:]]*//p' /proc/self/status`, ...options);
  }

  describe('capabilities', () => {
    const effective = async (...options: string[]) => BigInt(`0x${await statusField('CapEff', ...options)}`);
    const has = (mask: bigint, name: keyof typeof capability) => ((mask >> capability[name]) & 1n) === 1n;

    it('are Docker’s fourteen by default', async () => {
      assert.equal(await effective(), 0xa80425fbn);
    });

    it('are added and dropped', async () => {
      const mask = await effective('--cap-add', 'net_admin', '--cap-drop', 'CAP_CHOWN');
      assert.ok(has(mask, 'NET_ADMIN') && !has(mask, 'CHOWN') && has(mask, 'NET_RAW'));
    });

    it('are only those added to none', async () => {
      assert.equal(await effective('--cap-drop', 'ALL', '--cap-add', 'CHOWN'), 1n);
    });

    it('are not in effect for another user', async () => {
      assert.equal(await effective('-u', '1234'), 0n);
    });

    it('are the daemon’s own for a privileged one', async () => {
      const own = BigInt(`0x${/^CapBnd:\s*(\w+)/m.exec(readFileSync('/proc/self/status', 'utf8'))![1]!}`);
      const mask = await effective('--privileged');
      assert.equal(mask & own, mask);
      assert.ok(has(mask, 'SYS_ADMIN'));
    });

    it('of no known name are refused', async () => {
      const { exitCode, stderr } = await pouch('run', '--rm', '--cap-add', 'FLY', 'busybox', 'true');
      assert.equal(exitCode, 125);
      assert.match(stderr, /no capability is named "FLY"/);
    });
  });

  it('the default seccomp profile keeps it from making namespaces; unconfined does not', async () => {
    const unshare = (...options: string[]) =>
      pouch('run', '--rm', ...options, 'busybox', 'unshare', '-U', 'true');
    assert.equal(await statusField('Seccomp'), '2');
    assert.match((await unshare()).stderr, /Operation not permitted/);
    assert.equal(await statusField('Seccomp', '--security-opt', 'seccomp=unconfined'), '0');
    const free = await unshare('--security-opt', 'seccomp=unconfined');
    assert.equal(free.exitCode, 0, free.stderr);
  });

  it('no-new-privileges is set in the kernel', async () => {
    assert.equal(await statusField('NoNewPrivs'), '0');
    assert.equal(await statusField('NoNewPrivs', '--security-opt', 'no-new-privileges'), '1');
  });

  it('mounting is not allowed, and is for a privileged one', async () => {
    const mount = 'mount -t tmpfs none /tmp';
    assert.notEqual((await pouch('run', '--rm', 'busybox', 'sh', '-c', mount)).exitCode, 0);
    await sh(mount, '--privileged');
  });

  it('paths of /proc that change the host are masked or read-only', async () => {
    assert.equal(await sh('cat /proc/kcore | head -c 1 | wc -c; ls /sys/firmware | wc -l'), '0\n0');
    assert.match(await sh('echo 60 2>&1 >/proc/sys/vm/swappiness || true'), /Read-only file system/);
  });

  it('a device is available when it is given, with the access that is given', async () => {
    assert.match(
      await sh('ls -l /dev/extra', '--device', '/dev/null:/dev/extra'),
      /^c.* 1, +3 .*\/dev\/extra$/,
    );
    // Not one of those that every container may use.
    const fuse = (access: string) =>
      sh('(true >/dev/extra) 2>&1 || true', '--device', `/dev/fuse:/dev/extra:${access}`);
    if (existsSync('/dev/fuse')) {
      assert.match(await fuse('r'), /Operation not permitted/);
      assert.equal(await fuse('rw'), '');
    }
    const { exitCode, stderr } = await pouch('run', '--rm', '--device', '/no/such', 'busybox', 'true');
    assert.equal(exitCode, 125);
    assert.match(stderr, /device node was expected at \/no\/such/);
  });

  it('only its own devices exist by default', async () => {
    const names = await sh('ls /dev');
    // runc adds `core` where the kernel has /proc/kcore.
    assert.deepEqual(
      names
        .split('\n')
        .filter((name) => name !== 'core')
        .sort(),
      [
        ...['fd', 'full', 'mqueue', 'null', 'ptmx', 'pts', 'random'],
        ...['shm', 'stderr', 'stdin', 'stdout', 'tty', 'urandom', 'zero'],
      ],
    );
  });

  it('a read-only root takes no files, and mounts on it do', async () => {
    const script = 'touch /file 2>&1; touch /scratch/file && echo made; touch /dev/shm/x && echo shared';
    assert.equal(
      await sh(script, '--read-only', '--tmpfs', '/scratch'),
      'touch: /file: Read-only file system\nmade\nshared',
    );
  });

  it('ulimits are set', async () => {
    const limits = await sh(
      'ulimit -Sn; ulimit -Hn; ulimit -c',
      '--ulimit',
      'nofile=512:768',
      '--ulimit',
      'core=0',
    );
    assert.equal(limits, '512\n768\n0');
    for (const runtime of ['runc', 'crun', 'runlxc'])
      assert.equal(await sh('ulimit -c', '--runtime', runtime, '--ulimit', 'core=-1'), 'unlimited', runtime);
  });

  it('sysctls of its own network are set', async () => {
    const read = 'cat /proc/sys/net/ipv4/ip_unprivileged_port_start /proc/sys/net/core/somaxconn';
    const options = [
      '--sysctl',
      'net.ipv4.ip_unprivileged_port_start=80',
      '--sysctl',
      'net.core.somaxconn=77',
    ];
    assert.equal(await sh(read, ...options), '80\n77');
  });

  it('every user may bind low ports and ping, also with users of its own', async () => {
    const settings = 'cd /proc/sys/net/ipv4; cat ip_unprivileged_port_start ping_group_range';
    assert.equal(await sh(settings), '0\n0\t2147483647');
    assert.match(await sh(settings, '--userns', 'auto'), /^0\n0\t\d+$/);
    await sh('nc -l -p 80 & sleep 0.1; kill $!', '-u', '1000');
  });

  it('has the IPC namespace of the host, also where that has no /dev/mqueue', async () => {
    assert.equal(await sh('readlink /proc/self/ns/ipc', '--ipc', 'host'), readlinkSync('/proc/self/ns/ipc'));
  });

  it('sees no process but its own, and the host’s with --pid host', async () => {
    const see = `test -d /proc/${process.pid} && echo seen || echo $$`;
    assert.equal(await sh(see), '1');
    assert.equal(await sh(see, '--pid', 'host'), 'seen');
  });

  it('joins the PID and IPC namespace of another', async () => {
    const other = await ok('run', '-d', '--name', 'other', '--ipc', 'shareable', 'busybox', 'sleep', '1234');
    assert.match(await sh('ps', '--pid', 'container:other'), /sleep 1234/);
    const own = (ns: string) => ok('exec', other, 'readlink', `/proc/1/ns/${ns}`);
    assert.equal(await sh('readlink /proc/self/ns/ipc', '--ipc', 'container:other'), await own('ipc'));
    await ok('rm', '-f', other);
  });

  describe('limits', () => {
    const v1 = !read('/sys/fs/cgroup/cgroup.controllers');

    /** A file of the container's cgroup, on the host. */
    function cgroupFile(id: string, controller: string, file: string): string {
      const roots = hierarchies().filter(
        (root) => !v1 || root.split('/').at(-1)?.split(',').includes(controller),
      );
      const paths = roots.map((root) => join(root, daemon.it.names.cgroupParent, id, file));
      return (
        paths
          .map(read)
          .find((text) => text !== '')
          ?.trim() ?? `no ${file}`
      );
    }

    async function withContainer(
      options: string[],
      check: (id: string) => void | Promise<void>,
    ): Promise<void> {
      const id = await ok('run', '-d', ...options, 'busybox', 'sleep', '1000');
      await check(id);
      await ok('rm', '-f', id);
    }

    it('of memory and swap are in its cgroup', async () => {
      await withContainer(['-m', '64m', '--memory-reservation', '32m'], (id) => {
        const [limit, soft] = v1
          ? ['memory.limit_in_bytes', 'memory.soft_limit_in_bytes']
          : ['memory.max', 'memory.low'];
        assert.equal(cgroupFile(id, 'memory', limit), String(64 << 20));
        assert.equal(cgroupFile(id, 'memory', soft), String(32 << 20));
      });
    });

    it('of CPUs, shares and CPU sets are in its cgroup', async () => {
      await withContainer(['--cpus', '0.5', '--cpu-shares', '512', '--cpuset-cpus', '0'], (id) => {
        if (v1) {
          assert.equal(cgroupFile(id, 'cpu', 'cpu.cfs_quota_us'), '50000');
          assert.equal(cgroupFile(id, 'cpu', 'cpu.cfs_period_us'), '100000');
          assert.equal(cgroupFile(id, 'cpu', 'cpu.shares'), '512');
        } else assert.equal(cgroupFile(id, 'cpu', 'cpu.max'), '50000 100000');
        assert.equal(cgroupFile(id, 'cpuset', 'cpuset.cpus'), '0');
      });
    });

    it('of processes are in its cgroup, and hold', async () => {
      await withContainer(['--pids-limit', '12'], async (id) => {
        assert.equal(cgroupFile(id, 'pids', 'pids.max'), '12');
        const bomb = 'for i in $(seq 20); do sleep 5 & done; wait';
        const { stderr } = await pouch('exec', id, 'sh', '-c', bomb);
        assert.match(stderr, /can't fork/);
      });
    });

    it('a process that takes more memory is killed', async () => {
      const hungry = ['sh', '-c', 'x=$(head -c 100000000 /dev/zero | tr "\\0" x); echo not killed'];
      const id = await ok('run', '-d', '-m', '16m', '--memory-swap', '16m', 'busybox', ...hungry);
      const { State } = await daemon.it.until(id, 'exited', 30_000);
      assert.notEqual(State.ExitCode, 0);
      assert.doesNotMatch(await ok('logs', id), /not killed/);
      await ok('rm', id);
    });

    it('that are out of range are refused with what was expected', async () => {
      for (const [option, value, message] of [
        ['--memory', '1m', /at least 6/],
        ['--cpus', '-1', /cpus/],
        ['--ulimit', 'nofile=9:8', /nofile|ulimit/],
      ] as const) {
        const { exitCode, stderr } = await pouch('run', '--rm', option, value, 'busybox', 'true');
        assert.equal(exitCode, 125, option);
        assert.match(stderr, message);
      }
    });
  });
});
