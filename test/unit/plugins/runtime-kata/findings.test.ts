import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { findingNames } from '../../../../plugins/runtime-kata/findings/names.ts';
import type { KataRuntime } from '../../../../plugins/runtime-kata/provider.ts';
import { complete, FakeHost, rust } from './support/FakeHost.ts';
import { provider } from './support/provider.ts';

const firecracker =
  '[hypervisor.firecracker]\npath = "/usr/bin/qemu"\nkernel = "/usr/bin/qemu"\nimage = "/usr/bin/qemu"\n';

describe('what kata needs of a host', () => {
  let host: FakeHost;
  beforeEach(async () => {
    host = await FakeHost.create();
  });
  afterEach(() => host.dispose());

  async function finding(name: string, runtime = 'kata', more: Partial<KataRuntime> = {}) {
    const { findings = [] } = await provider(host, runtime, more).probe();
    return findings.find((each) => each.name === name);
  }

  it('is all there on a complete host, and told in one order', async () => {
    const state = await provider(host).probe();
    assert.deepEqual(
      state.findings?.filter(({ ok }) => !ok),
      [],
    );
    assert.deepEqual(
      state.findings?.map(({ name }) => name),
      [...findingNames],
    );
    assert.deepEqual(
      { usable: state.usable, version: state.version, path: state.path, problem: state.problem },
      { usable: true, version: '3.2.0', path: '/usr/local/bin/containerd-shim-kata-v2', problem: undefined },
    );
  });

  it('names the first that is missing, and what mends it', async () => {
    await host.remove('/dev/kvm');
    await host.remove('/dev/log');
    const { usable, problem } = await provider(host).probe();
    assert.equal(usable, false);
    assert.equal(problem, 'KVM: there is no /dev/kvm (modprobe kvm_intel)');
  });

  it('may be left out by the option ignore', async () => {
    await host.remove('/dev/kvm');
    assert.equal((await provider(host, 'kata', { ignore: ['KVM'] }).probe()).usable, true);
  });

  for (const [name, file, found, mend] of [
    [
      'shim',
      '/usr/local/bin/containerd-shim-kata-v2',
      /neither in containerd’s PATH nor in \/opt/,
      /tar -xJf kata-static/,
    ],
    [
      'configuration',
      '/etc/kata-containers/configuration.toml',
      /none at \/etc\/kata-containers\/conf/,
      /cp \/opt\/kata/,
    ],
    [
      'hypervisor',
      '/usr/bin/qemu',
      /\/usr\/bin\/qemu is not there/,
      /set path in \[hypervisor\.qemu\] of \/etc/,
    ],
    ['kernel', '/usr/share/kata/vmlinux', /vmlinux is not there/, /set kernel in/],
    ['image', '/usr/share/kata/kata.img', /kata\.img is not there/, /set image or initrd in/],
    ['virtiofsd', '/usr/libexec/virtiofsd', /virtiofsd is not there/, /set virtio_fs_daemon in/],
    ['vhost-vsock', '/dev/vhost-vsock', /no \/dev\/vhost-vsock/, /^modprobe vhost_vsock/],
    ['syslog', '/dev/log', /no \/dev\/log/, /systemd-journald-dev-log\.socket/],
  ] as const)
    it(`tells that the ${name} is missing, and what mends it`, async () => {
      await host.remove(file);
      const told = await finding(name);
      assert.equal(told?.ok, false);
      assert.match(told?.found ?? '', found);
      assert.match(told?.mend ?? '', mend);
    });

  it('asks for KVM by the CPU’s flags, and for nested virtualisation in a virtual machine', async () => {
    await host.remove('/dev/kvm');
    const mend = async () => (await finding('KVM'))?.mend;
    await host.write('/proc/cpuinfo', 'flags\t\t: fpu svm\n');
    assert.equal(await mend(), 'modprobe kvm_amd');
    await host.write('/proc/cpuinfo', 'flags\t\t: fpu hypervisor\n');
    assert.match((await mend()) ?? '', /this host is a virtual machine: .*nested=1.*-cpu host/);
    await host.write('/proc/cpuinfo', 'flags\t\t: fpu\n');
    assert.match((await mend()) ?? '', /firmware/);
  });

  it('makes a virtual machine with KVM: that its device opens is not enough', async () => {
    host.kvmFailure = 'KVM_CREATE_VM: EBUSY';
    const { ok, found, mend } = (await finding('KVM'))!;
    assert.equal(ok, false);
    assert.equal(found, '/dev/kvm opens, but no virtual machine can be made: KVM_CREATE_VM: EBUSY');
    assert.match(mend ?? '', /lsmod/);
    host.kvmFailure = '';
    assert.equal((await finding('KVM'))?.ok, true);
  });

  it('finds out about KVM in a process of its own, which names the call that failed', () => {
    const probe = resolve('plugins/runtime-kata/kvm/probe.ts');
    const { stdout } = spawnSync(process.execPath, ['--import', 'tsx', probe, '/dev/null'], {
      encoding: 'utf8',
    });
    assert.deepEqual(JSON.parse(stdout), { failed: 'KVM_GET_API_VERSION: ENOTTY' });
  });

  it('wants no virtiofsd where files are shared by 9p', async () => {
    const file = '/etc/kata-containers/configuration.toml';
    await host.remove('/usr/libexec/virtiofsd');
    assert.equal((await finding('virtiofsd'))?.ok, false);
    await host.write(file, complete[file]!.replace('"virtio-fs"', '"virtio-9p"'));
    assert.equal(await finding('virtiofsd'), undefined);
    assert.equal((await provider(host).probe()).usable, true);
  });

  it('refuses an image and an initrd in one configuration, as kata does', async () => {
    const file = '/etc/kata-containers/configuration.toml';
    await host.write(
      file,
      complete[file]!.replace('image =', 'initrd = "/usr/share/kata/kata.img"\nimage ='),
    );
    assert.match((await finding('image'))?.found ?? '', /names both an image and an initrd/);
    assert.equal((await provider(host).probe()).usable, false);
  });

  it('wants / shared: the last mount on it counts', async () => {
    const own = '24 23 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n';
    await host.write('/proc/self/mountinfo', complete['/proc/self/mountinfo'] + own);
    assert.deepEqual(await finding('mount propagation'), {
      name: 'mount propagation',
      ok: false,
      found: '/ is mounted private',
      mend: 'mount --make-rshared /',
    });
  });

  it('does not need /dev/log for a shim in Rust, but no KATA_CONF_FILE that would overrule it', async () => {
    host.version = rust;
    await host.remove('/dev/log');
    await host.remove('/etc/kata-containers/configuration.toml');
    await host.write(
      '/etc/kata-containers/runtime-rs/configuration.toml',
      complete['/etc/kata-containers/configuration.toml']!,
    );
    assert.equal((await provider(host).probe()).problem, undefined);
    host.env['KATA_CONF_FILE'] = '/other.toml';
    const option = {
      shim: '',
      config: '/etc/kata-containers/runtime-rs/configuration.toml',
      runtimeType: '',
      defaults: {},
    };
    assert.match(
      (await finding('configuration', 'kata', { options: option }))?.found ?? '',
      /KATA_CONF_FILE is \/other/,
    );
  });

  it('wants a block snapshotter for Firecracker, and no vsock of the kernel', async () => {
    await host.write('/etc/kata-containers/configuration-fc.toml', firecracker);
    assert.match(
      (await finding('snapshotter', 'kata-fc'))?.found ?? '',
      /overlayfs, whose files firecracker cannot/,
    );
    assert.equal((await finding('snapshotter', 'kata-fc', { snapshotter: 'devmapper' }))?.ok, true);
    assert.equal((await finding('vhost-vsock', 'kata-fc'))?.ok, true);
  });

  it('tells a configuration of another hypervisor', async () => {
    await host.write('/etc/kata-containers/configuration-clh.toml', firecracker);
    const told = await finding('configuration', 'kata-clh');
    assert.match(told?.found ?? '', /is for the hypervisor firecracker, not clh/);
    assert.match(told?.mend ?? '', /option hypervisors\.clh\.config/);
  });

  it('tells a configuration that cannot be read', async () => {
    await host.write('/etc/kata-containers/configuration.toml', 'x');
    const { usable, problem } = await provider(host).probe();
    assert.equal(usable, false);
    assert.match(problem ?? '', /^configuration: \S+ is no TOML/);
  });

  it('tells a shim that is none of kata’s', async () => {
    host.version = 'hello\n';
    assert.match((await finding('shim'))?.found ?? '', /names no version: it is no shim of kata/);
  });
});
