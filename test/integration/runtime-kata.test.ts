/** What reaches kata's shim, byte by byte. kata is not installed where this runs: a stand-in takes the shim's place. */
import assert from 'node:assert/strict';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { execa } from 'execa';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { sampleTests } from '../support/someOf.ts';
import { StandInShim } from '../support/standInShim/StandInShim.ts';
import { useDaemon } from '../support/useDaemon.ts';
import { useKata } from './support/kata.ts';

const golang = (version: string) =>
  `Kata Containers containerd shim: id: "io.containerd.kata.v2", version: ${version}, commit: stand-in`;

/** The same shim as one that pouchd.yaml adds, as it would gVisor's. */
const added = `  add:
    other: { shim: io.containerd.kata.v2, config: /etc/other.toml, typeUrl: other.options, lacks: [execTty] }
`;

describe('kata (a stand-in shim in its place)', function () {
  this.timeout(60_000);
  this.slow(10_000);
  const kata = useKata(
    (dir) => [
      `cli: ${dir}/bin/kata-runtime`,
      'defaults: { agent.enable_tracing: true, hypervisor.default_vcpus: 2 }',
      'hypervisors:',
      `  qemu: { config: ${dir}/configuration.toml }`,
      `  old: { shim: ${dir}/old/containerd-shim-kata-v2, config: ${dir}/configuration.toml }`,
    ],
    added,
  );
  const { ok, pouch } = kata;
  const old = new StandInShim(join(kata.dir, 'old'));

  before(async () => {
    await kata.shim.install('containerd-shim-kata-qemu-v2');
    await old.install('containerd-shim-kata-v2', golang('1.12.1'));
    const command = join(kata.dir, 'bin/kata-runtime');
    await writeFile(
      command,
      [
        '#!/bin/sh',
        '[ "$1" = --version ] && echo "kata-runtime  : 1.12.1" && exit',
        `[ "$1" = --kata-show-default-config-paths ] && echo ${kata.config} && exit`,
        'echo "$@" >> "$0.calls"',
        'exec runc "$@"\n',
      ].join('\n'),
    );
    await chmod(command, 0o755);
  });
  beforeEach(() => kata.shim.forget());

  /** The last container that the stand-in was asked to make. */
  async function created(folder = kata.shim) {
    return (await folder.records('Create')).at(-1)!;
  }

  /** The OCI annotations of a container made with these options. */
  async function annotations(...options: string[]): Promise<Record<string, string>> {
    await ok('run', '--rm', '--network', 'none', ...options, 'busybox', 'true');
    return (await created()).spec?.annotations ?? {};
  }

  async function assertRefused(says: RegExp, code: string, ...options: string[]): Promise<void> {
    const { exitCode, stderr } = await pouch(
      'run',
      '--rm',
      '--runtime',
      'kata',
      ...options,
      'busybox',
      'true',
    );
    assert.equal(exitCode, 125, stderr);
    assert.match(stderr, says);
    assert.match(stderr, new RegExp(`code: ${code}`));
    assert.deepEqual(await kata.shim.records('start'), [], 'the shim was not called');
  }

  describe('runs containers', () => {
    it('with their output and exit code', async () => {
      const { exitCode, stdout, stderr } = await pouch(
        ...['run', '--rm', '--runtime', 'kata', 'busybox', 'sh', '-c', 'echo out; echo err >&2; exit 3'],
      );
      assert.deepEqual({ exitCode, stdout, stderr }, { exitCode: 3, stdout: 'out\n', stderr: 'err\n' });
    });

    it('with a terminal, and further processes', async () => {
      assert.match(
        await ok('run', '--rm', '-t', '--runtime', 'kata', 'busybox', 'tty'),
        /\/dev\/(pts|console)/,
      );
      await ok('run', '-d', '--name', 'box', '--runtime', 'kata', 'busybox', 'sleep', '1000');
      assert.equal(
        await ok('exec', 'box', 'hostname'),
        await ok('inspect', '-f', '{{.Config.Hostname}}', 'box'),
      );
      assert.equal((await pouch('exec', 'box', 'sh', '-c', 'exit 7')).exitCode, 7);
      await ok('pause', 'box');
      await ok('unpause', 'box');
      await ok('rm', '-f', 'box');
    });

    it('with input that has ended before kata opens it: a short one and one that fills the pipe', async () => {
      await ok('run', '-d', '--name', 'reader', '--runtime', 'kata', 'busybox', 'sleep', '1000');
      for (const input of ['hello', 'x'.repeat(1_000_000)])
        for (const command of [
          ['run', '--rm', '-i', '--runtime', 'kata', 'busybox', 'cat'],
          ['exec', '-i', 'reader', 'cat'],
        ]) {
          const { exitCode, stdout } = await kata.it.pouchWith({ input }, ...command);
          assert.equal(exitCode, 0);
          assert.ok(stdout === input, `${command[0]} passed ${stdout.length} of ${input.length} bytes on`);
        }
      await ok('rm', '-f', 'reader');
    });

    it('whose start has no deadline on the wire: kata gives up stdin when the context of Start ends', async () => {
      await ok('run', '-d', '--name', 'box', '--runtime', 'kata', 'busybox', 'sleep', '1000');
      await ok('exec', 'box', 'true');
      const timeouts = (await kata.shim.records('Start')).map(({ timeoutNano }) => timeoutNano);
      assert.deepEqual(timeouts, [0, 0]);
      await ok('rm', '-f', 'box');
    });

    it('with the counters of their own network, and the memory of their VM where they have no limit', async () => {
      await ok('run', '-d', '--name', 'free', '--runtime', 'kata', 'busybox', 'sleep', '1000');
      await ok('run', '-d', '--name', 'tight', '--runtime', 'kata', '-m', '64m', 'busybox', 'sleep', '1000');
      const [free, tight] = await Promise.all(
        ['free', 'tight'].map((name) => kata.it.client.containers.stats(name)),
      );
      assert.deepEqual(Object.keys(free!.networks!), ['eth0']);
      assert.ok(free!.networks!['eth0']!.rx_bytes < 1_000_000, 'not the host’s');
      assert.equal(free!.memory_stats.limit, 2048 * 2 ** 20, 'default_memory of its configuration');
      assert.equal(tight!.memory_stats.limit, 64 * 2 ** 20);
      await ok('rm', '-f', 'free', 'tight');
    });

    it('with a warning where an update requests more memory than their VM is known to have', async () => {
      await ok('run', '-d', '--name', 'grown', '--runtime', 'kata', '-m', '64m', 'busybox', 'sleep', '1000');
      const update = (memory: string) => kata.it.pouchWith({}, 'update', '-m', memory, 'grown');
      assert.doesNotMatch((await update('1g')).stderr, /--memory/);
      const { exitCode, stderr } = await update('8g');
      assert.equal(exitCode, 0);
      assert.match(
        stderr,
        /the limit is 8192 MiB; the virtual machine booted with \d+ MiB, and kata does not report/,
      );
      await ok('rm', '-f', 'grown');
    });

    it('of the size that an update has given them while they were stopped or ran', async () => {
      const sizes = async () => {
        const { annotations = {} } = (await created()).spec!;
        return ['memory', 'cpu-quota'].map((name) => annotations[`io.kubernetes.cri.sandbox-${name}`]);
      };
      await ok('run', '-d', '--name', 'sized', '--runtime', 'kata', '-m', '64m', 'busybox', 'sleep', '1000');
      assert.deepEqual(await sizes(), ['67108864', undefined]);
      await ok('update', '-m', '128m', 'sized');
      await ok('restart', '-t', '0', 'sized');
      assert.deepEqual(await sizes(), ['134217728', undefined]);
      await ok('stop', '-t', '0', 'sized');
      await ok('update', '--cpus', '2', 'sized');
      await ok('start', 'sized');
      assert.deepEqual(await sizes(), ['134217728', '200000']);
      await ok('rm', '-f', 'sized');
    });

    it('and reports a missing command as with other runtimes', async () => {
      const { exitCode, stderr } = await pouch('run', '--rm', '--runtime', 'kata', 'busybox', 'nosuch');
      assert.match(stderr, /PCH_COMMAND_NOT_FOUND/);
      assert.equal(exitCode, 127);
    });

    describe('of kata 1.x, whose shim reports 0 for a container that ended with its hypervisor', () => {
      const lost =
        'the virtual machine’s hypervisor ended unexpectedly; the exit code of the command is unknown';
      const run = ['run', '--name', 'lost', '--runtime', 'kata-old', 'busybox'];
      const start = () => ok('run', '-d', ...run.slice(1), 'sleep', '1000');
      const state = () => ok('inspect', '-f', '{{.State.ExitCode}} {{.State.Error}}', 'lost');
      afterEach(() => ok('rm', '-f', 'lost'));

      async function killHypervisor(): Promise<void> {
        const { pid } = (await old.records('hypervisor')).at(-1)!;
        process.kill(pid, 'SIGKILL');
      }

      it('as one whose exit code is unknown, 255', async () => {
        await start();
        await killHypervisor();
        await kata.it.until('lost', 'exited');
        assert.equal(await state(), `255 ${lost}`);
      });

      it('and so is that of an exec in it', async () => {
        await start();
        assert.equal((await pouch('exec', 'lost', 'true')).exitCode, 0);
        const exec = pouch('exec', 'lost', 'sh', '-c', 'touch /begun; sleep 1000');
        const hasBegun = async () => (await pouch('exec', 'lost', 'ls', '/begun')).exitCode === 0;
        assert.ok(await waitUntil(hasBegun, { withinMs: 20_000 }));
        await killHypervisor();
        assert.equal((await exec).exitCode, 255);
      });

      it('in the foreground too, with the reason', async () => {
        const running = pouch(...run, 'sh', '-c', 'echo ready; sleep 1000');
        assert.ok(
          await waitUntil(async () => (await pouch('logs', 'lost')).stdout === 'ready\n', {
            withinMs: 20_000,
          }),
        );
        await killHypervisor();
        const { exitCode, stderr } = await running;
        assert.equal(stderr, `pouch: ${lost}\n`);
        assert.equal(exitCode, 255);
      });

      it('and takes the exit code of the next run from its command', async () => {
        await start();
        await killHypervisor();
        await kata.it.until('lost', 'exited');
        await ok('start', 'lost');
        await ok('kill', 'lost');
        await kata.it.until('lost', 'exited');
        assert.equal(await state(), '137 ');
        await ok('rm', 'lost');
        assert.equal((await pouch(...run, 'true')).exitCode, 0);
        assert.equal(await state(), '0 ');
      });

      it('while there was no daemon: the next one reports it', async () => {
        await start();
        const id = await ok('inspect', '-f', '{{.Id}}', 'lost');
        await kata.it.kill9();
        await killHypervisor();
        await kata.it.containerd.tasks.wait(id, '', { deadlineMs: 30_000 });
        await kata.it.start();
        await kata.it.until('lost', 'exited');
        assert.equal(await state(), `255 ${lost}`);
      });
    });

    it('takes the accounts of an exec from the image, for the process it sees is the hypervisor', async () => {
      await ok('run', '-d', '--name', 'accounts', '--runtime', 'kata', 'busybox', 'sleep', '1000');
      assert.equal(await ok('exec', '-u', 'nobody', 'accounts', 'id', '-u'), '65534');
      const { stderr } = await pouch('exec', '-u', 'systemd-network', 'accounts', 'id');
      assert.match(stderr, /PCH_USER_NOT_FOUND/, 'an account of the host alone');
      await ok('rm', '-f', 'accounts');
    });
  });

  describe('receives', () => {
    /** runtimeoptions.v1.Options with config_path (field 2, bytes) alone. */
    const optionBytes = () =>
      Buffer.concat([Buffer.from([0x12, kata.config.length]), Buffer.from(kata.config)]).toString('base64');

    it('its configuration as containerd’s CRI passes it', async () => {
      await ok('run', '-d', '--name', 'configured', '--runtime', 'kata', 'busybox', 'sleep', '1000');
      const id = await ok('inspect', '-f', '{{.Id}}', 'configured');
      const { runtime } = await kata.it.containerd.containers.get(id);
      assert.equal(runtime?.name, 'io.containerd.kata.v2');
      const { request } = await created();
      assert.deepEqual(request.options, { typeUrl: 'runtimeoptions.v1.Options', value: optionBytes() });
      await ok('rm', '-f', 'configured');
    });

    it('to `start` on standard input too, with the flags of containerd’s shims', async () => {
      await ok('run', '--rm', '--network', 'none', '--runtime', 'kata', 'busybox', 'true');
      const [start] = await kata.shim.records('start');
      const name = 'runtimeoptions.v1.Options';
      const value = Buffer.from(optionBytes(), 'base64');
      const any = [
        Buffer.from([0x0a, name.length]),
        Buffer.from(name),
        Buffer.from([0x12, value.length]),
        value,
      ];
      assert.equal(start?.options, Buffer.concat(any).toString('base64'));
      assert.deepEqual(
        start?.argv?.filter((arg) => /^-|start/.test(arg)),
        [...['-namespace', '-address', '-publish-binary', '-id', 'start']],
      );
    });

    it('kata 1.x, by the name of the message that it knows, and by the path of its shim', async () => {
      await ok('run', '--rm', '--network', 'none', '--runtime', 'kata-old', 'busybox', 'true');
      assert.deepEqual((await created(old)).request.options, {
        typeUrl: 'cri.runtimeoptions.v1.Options',
        value: optionBytes(),
      });
    });

    it('kata 1.x, no capability that its agent does not know: privileged containers and execs go without', async () => {
      const privileged = ['run', '-d', '--name', 'old', '--privileged', '--runtime', 'kata-old'];
      const { exitCode, stderr } = await pouch(...privileged, 'busybox', 'sleep', '1000');
      assert.equal(exitCode, 0, stderr);
      assert.match(stderr, /without CAP_PERFMON, CAP_BPF, .*: kata 1\.12\.1 does not know them/);
      await ok('exec', '--privileged', 'old', 'true');
      await ok('rm', '-f', 'old');
    });

    it('kata-qemu, by its own shim where there is one', async () => {
      await ok('run', '-d', '--name', 'qemu', '--runtime', 'kata-qemu', 'busybox', 'sleep', '1000');
      const id = await ok('inspect', '-f', '{{.Id}}', 'qemu');
      const { runtime } = await kata.it.containerd.containers.get(id);
      assert.equal(runtime?.name, 'io.containerd.kata-qemu.v2');
      await ok('rm', '-f', 'qemu');
    });

    it('kata 1.x as a command line, by containerd’s shim for runc', async () => {
      assert.equal(await ok('run', '--rm', '--runtime', 'kata-runtime', 'busybox', 'echo', 'hi'), 'hi');
      const { stdout } = await execa('cat', [join(kata.dir, 'bin/kata-runtime.calls')]);
      assert.match(stdout, /--root \S*\/kata-runtime\/\S+ .*create --bundle/);
    });

    it('a network that is attached already: a VM takes the interfaces that it boots with', async () => {
      await ok('run', '--rm', '--runtime', 'kata', 'busybox', 'true');
      assert.match((await created()).addresses ?? '', /eth0 +inet \d/);
    });

    it('that a container is a sandbox, with its size', async () => {
      const { id } =
        (await annotations('--runtime', 'kata', '-m', '256m', '--cpus', '1.5')) && (await created()).request;
      const { spec } = await created();
      assert.deepEqual(spec?.annotations, {
        'io.katacontainers.config.agent.enable_tracing': 'true',
        'io.katacontainers.config.hypervisor.default_vcpus': '2',
        'io.kubernetes.cri.container-type': 'sandbox',
        'io.kubernetes.cri.sandbox-id': id,
        'io.kubernetes.cri.sandbox-memory': '268435456',
        'io.kubernetes.cri.sandbox-cpu-period': '100000',
        'io.kubernetes.cri.sandbox-cpu-quota': '150000',
      });
      assert.equal(spec?.linux.resources?.memory?.limit, 268435456);
      assert.deepEqual(spec?.linux.resources?.cpu, { period: 100000, quota: 150000 });
    });

    it('settings by --kata-opt, over those of the plugin’s options', async () => {
      const passed = await annotations(
        ...['--runtime', 'kata', '--kata-opt', 'hypervisor.default_vcpus=1'],
        ...['--kata-opt', 'runtime.create_container_timeout=90'],
      );
      assert.equal(passed['io.katacontainers.config.hypervisor.default_vcpus'], '1');
      assert.equal(passed['io.katacontainers.config.runtime.create_container_timeout'], '90');
    });

    it('not the default seccomp profile, which its configuration keeps out of the VM', async () => {
      await annotations('--runtime', 'kata');
      assert.equal((await created()).spec?.linux.seccomp, undefined);
      await annotations('--runtime', 'kata', '--kata-opt', 'runtime.disable_guest_seccomp=false');
      assert.ok((await created()).spec?.linux.seccomp);
    });

    it('no device of the host for a privileged container', async () => {
      await annotations('--runtime', 'kata', '--privileged');
      const { linux } = (await created()).spec!;
      assert.deepEqual(linux.devices, []);
      assert.deepEqual(linux.resources?.devices, [{ allow: false, access: 'rwm' }]);
    });
  });

  it('is not needed for a shim that runtime.add names: it gets its message, type and configuration', async () => {
    assert.equal(
      await ok('run', '--rm', '--network', 'none', '--runtime', 'other', 'busybox', 'echo', 'hi'),
      'hi',
    );
    const { request } = await created();
    const value = Buffer.concat([field(1, 'other.options'), field(2, '/etc/other.toml')]);
    assert.deepEqual(request.options, {
      typeUrl: 'runtimeoptions.v1.Options',
      value: value.toString('base64'),
    });
  });

  describe('refuses in the plan', () => {
    const cannot = 'PCH_RUNTIME_CANNOT';
    for (const [title, options, says] of [
      ['the host’s network', ['--network', 'host'], /the host’s network.*\nhint: --runtime runc or .* can/],
      ['the host’s processes', ['--pid', 'host'], /a VM has its own kernel/],
      [
        'a character device',
        ['--device', '/dev/null:/dev/other'],
        /--device \/dev\/other: .*block devices and VFIO/,
      ],
      ['what is below /proc', ['-v', '/proc/sys:/x'], /a mount of \/proc\/sys on \/x/],
      ['what is below /dev', ['-v', '/dev:/x'], /use --device for block devices/],
      ['a limit of processes', ['--pids-limit', '10'], /--pids-limit: kata does not limit/],
      ['another /dev/shm', ['--shm-size', '10m'], /--shm-size .*: .*64 MiB/],
    ] as const)
      it(title, async () => {
        const network = options[0] === '--network' ? [] : ['--network', 'none'];
        await assertRefused(says, cannot, ...network, ...options);
      });

    it('shared mounts', async () => {
      const path = join(kata.dir, 'shared');
      await mkdir(path);
      await execa('mount', ['-t', 'tmpfs', '--make-shared', 'tmpfs', path]);
      try {
        await assertRefused(
          /mounts do not propagate/,
          cannot,
          '--network',
          'none',
          '-v',
          `${path}:/x:rshared`,
        );
      } finally {
        await execa('umount', [path]);
      }
    });

    it('a socket of the host', async () => {
      const path = join(kata.dir, 'host.sock');
      const server = createServer().listen(path);
      await once(server, 'listening');
      await assertRefused(/a socket or FIFO/, cannot, '-v', `${path}:/run/host.sock`);
      server.close();
    });

    it('a seccomp profile that would not reach the VM', async () => {
      const profile = join(kata.dir, 'profile.json');
      await writeFile(profile, '{"defaultAction":"SCMP_ACT_ALLOW"}');
      await assertRefused(
        /disable_guest_seccomp is set in \S+toml/,
        cannot,
        '--security-opt',
        `seccomp=${profile}`,
      );
    });

    it('a setting that kata’s configuration does not enable, and names file and list', async () => {
      const says = new RegExp(
        `--kata-opt hypervisor.kernel_params: enable_annotations of \\[hypervisor.qemu\\] in ${kata.config} ` +
          `allows enable_iommu, (.|\\n)*hint: add "kernel_params" to that list`,
      );
      await assertRefused(says, 'PCH_KATA_OPTION', '--kata-opt', 'hypervisor.kernel_params=quiet');
    });

    it('a missing configuration file', async () => {
      await assertRefused(
        /expected the named file, found none/,
        'PCH_KATA_OPTION',
        '--kata-opt',
        'config_path=/nosuch.toml',
      );
    });

    it('a setting of no form, or for another runtime', async () => {
      await assertRefused(/expected hypervisor\.NAME/, 'PCH_OPTION_INVALID', '--kata-opt', 'memory=1');
      const { stderr } = await pouch('run', '--rm', '--kata-opt', 'agent.x=1', 'busybox', 'true');
      assert.match(stderr, /agent\.x: expected a runtime of kata, found runc(.|\n)*code: PCH_KATA_OPTION/);
    });

    it('to be joined by a container outside its VM', async () => {
      await ok('run', '-d', '--name', 'vm', '--runtime', 'kata', 'busybox', 'sleep', '1000');
      const { stderr } = await pouch('run', '--rm', '--network', 'container:vm', 'busybox', 'true');
      assert.match(stderr, /namespaces of vm cannot be joined.*\nhint: --vm-of vm/);
      await ok('rm', '-f', 'vm');
    });
  });

  sampleTests(this);
});

describe('a host without kata', function () {
  this.timeout(60_000);
  const { pouch, ok } = useDaemon();

  it('says what is missing first, and how it gets there; other runtimes work', async () => {
    const { exitCode, stderr } = await pouch('run', '--rm', '--runtime', 'kata', 'busybox', 'true');
    assert.equal(exitCode, 125);
    assert.match(
      stderr,
      /kata cannot be used on this host\nhint: shim: containerd-shim-kata-v2 found neither.*tar -xJf(.|\n)*code: PCH_RUNTIME_UNUSABLE/,
    );
    assert.equal(await ok('run', '--rm', 'busybox', 'echo', 'hi'), 'hi');
  });
});

/** A text of a protobuf message, shorter than 128 bytes (encoding guide, length-delimited records). */
function field(number: number, text: string): Buffer {
  return Buffer.from([(number << 3) | 2, text.length, ...Buffer.from(text)]);
}
