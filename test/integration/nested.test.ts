import assert from 'node:assert/strict';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { useDebian } from '../support/debianImage.ts';
import { engines } from '../support/hostImages.ts';
import { everyCase } from '../support/someOf.ts';
import { useDaemon } from '../support/useDaemon.ts';

/** An image of several hundred MiB is bootstrapped: only where every case is tested. */
const describeIf = everyCase() ? describe : describe.skip;

const memory = 50 * 1024 * 1024;

describeIf('container engines in a rich container', function () {
  this.timeout(300_000);
  const daemon = useDaemon();
  const { ok, pouch } = daemon;
  const inside = (script: string) => ok('exec', 'box', 'sh', '-euc', script);
  const run = ['run', '-d', '--rich', '--nested', '--wait', '--name', 'box'];

  useDebian(daemon, engines);
  afterEach(() => pouch('rm', '-f', '-v', 'box'));

  for (const runtime of ['runc', 'crun', 'runlxc'])
    it(`docker and podman run containers with limits, networks and published ports: ${runtime}`, async () => {
      await ok(...run, '--runtime', runtime, '--memory', '600m', engines.reference);
      assert.equal(await inside('systemctl is-system-running --wait'), 'running');
      await inside('mkdir -p /tmp/one/bin; cp /bin/busybox /tmp/one/bin; tar -C /tmp/one -c . >/tmp/one.tar');
      for (const [engine, port] of [
        ['docker', '8081'],
        ['podman', '8082'],
      ] as const) {
        const busybox = '/bin/busybox';
        await inside(`${engine} import /tmp/one.tar one`);
        const limit = `${busybox} cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null || true`;
        assert.equal(
          await inside(`${engine} run --rm -m ${memory} one ${busybox} sh -c '${limit}'`),
          String(memory),
        );
        const serve = `echo from ${engine} >/i; exec ${busybox} httpd -f -p 80 -h /`;
        await inside(`${engine} run -d --name web -p ${port}:80 one ${busybox} sh -c '${serve}'`);
        const isServed = async () =>
          (await pouch('exec', 'box', 'busybox', 'wget', '-qO-', `http://127.0.0.1:${port}/i`)).stdout ===
          `from ${engine}\n`;
        assert.ok(await waitUntil(isServed, { withinMs: 20_000 }), `${engine} publishes a port`);
        assert.equal(await inside(`${engine} exec web ${busybox} hostname | wc -l`), '1');
        await inside(`${engine} rm -f web`);
      }
      await ok('stop', 'box');
      assert.equal((await daemon.it.inspect('box'))!.State.ExitCode, 0);
      await ok('start', 'box');
      await ok('wait', '--condition', 'ready', 'box');
      assert.match(await inside('docker images; podman images'), /one .*\n(.*\n)*.*one /);
    });

  it('their root cannot raise the limits of the container, nor widen its devices', async () => {
    await ok(...run, '--memory', '600m', '--pids-limit', '500', engines.reference);
    const fails = async (script: string) =>
      assert.notEqual((await pouch('exec', 'box', 'sh', '-euc', script)).exitCode, 0, script);
    const directory = '/sys/fs/cgroup';
    await fails(
      `f=$(ls ${directory}/memory/memory.limit_in_bytes ${directory}/memory.max 2>/dev/null); echo 1G >$f`,
    );
    await fails(`f=$(ls ${directory}/pids/pids.max ${directory}/pids.max 2>/dev/null); echo max >$f`);
    await fails(`mkdir ${directory}/devices/one; echo a >${directory}/devices/one/devices.allow`);
    await fails('echo 1 >/proc/sys/kernel/panic');
    await fails('echo 1 >/proc/sys/vm/drop_caches');
    await fails('mknod /disk b 7 0 && dd if=/disk of=/dev/null count=1');
    assert.equal(await inside('cat /proc/sys/net/ipv4/ip_forward'), '1');
  });

  it('need a user namespace, and a rich container', async () => {
    const plan = (...options: string[]) => pouch('plan', 'run', ...options, 'busybox', 'true');
    assert.match(
      (await plan('--rich', '--rich-mode', 'dumb-init', '--nested', '--userns', 'host')).stderr,
      /--nested: expected a container with a user namespace/,
    );
    assert.match((await plan('--nested')).stderr, /--nested is only for rich containers/);
    const { stdout } = await plan(
      '--rich',
      '--rich-mode',
      'dumb-init',
      '--nested',
      '--cap-drop',
      'NET_ADMIN',
    );
    assert.match(stdout, /do not work inside without CAP_NET_ADMIN/);
  });
});
