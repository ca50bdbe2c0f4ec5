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

  it('is complete on a complete host, and reported in a fixed order', async () => {
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

  it('starts with the first missing part and its fix', async () => {
    await host.remove('/dev/kvm');
    await host.remove('/dev/log');
    const { usable, problem } = await provider(host).probe();
    assert.equal(usable, false);
    assert.equal(problem, 'KVM: /dev/kvm does not exist (modprobe kvm_intel)');
  });

  it('can be reduced by the option ignore', async () => {
    await host.remove('/dev/kvm');
    assert.equal((await provider(host, 'kata', { ignore: ['KVM'] }).probe()).usable, true);
  });

  for (const [name, file, found, fix] of [
    [
      'shim',
      '/usr/local/bin/containerd-shim-kata-v2',
      /neither in containerd’s PATH nor in \/opt/,
      /tar -xJf kata-static/,
    ],
    [
      'configuration',
      '/etc/kata-containers/configuration.toml',
      /not found at \/etc\/kata-containers\/conf/,
      /cp \/opt\/kata/,
    ],
    [
      'hypervisor',
      '/usr/bin/qemu',
      /\/usr\/bin\/qemu does not exist/,
      /set path in \[hypervisor\.qemu\] of \/etc/,
    ],
    ['kernel', '/usr/share/kata/vmlinux', /vmlinux does not exist/, /set kernel in/],
    ['image', '/usr/share/kata/kata.img', /kata\.img does not exist/, /set image or initrd in/],
    ['virtiofsd', '/usr/libexec/virtiofsd', /virtiofsd does not exist/, /set virtio_fs_daemon in/],
    ['vhost-vsock', '/dev/vhost-vsock', /\/dev\/vhost-vsock does not exist/, /^modprobe vhost_vsock/],
    ['syslog', '/dev/log', /\/dev\/log does not exist/, /systemd-journald-dev-log\.socket/],
  ] as const)
    it(`reports a missing ${name} and its fix`, async () => {
      await host.remove(file);
      const missing = await finding(name);
      assert.equal(missing?.ok, false);
      assert.match(missing?.found ?? '', found);
      assert.match(missing?.mend ?? '', fix);
    });

  it('names the KVM module by the CPU’s flags, and nested virtualisation in a virtual machine', async () => {
    await host.remove('/dev/kvm');
    const fix = async () => (await finding('KVM'))?.mend;
    await host.write('/proc/cpuinfo', 'flags\t\t: fpu svm\n');
    assert.equal(await fix(), 'modprobe kvm_amd');
    await host.write('/proc/cpuinfo', 'flags\t\t: fpu hypervisor\n');
    assert.match((await fix()) ?? '', /this host is a virtual machine: .*nested=1.*-cpu host/);
    await host.write('/proc/cpuinfo', 'flags\t\t: fpu\n');
    assert.match((await fix()) ?? '', /firmware/);
  });

  it('includes the creation of a virtual machine: a device that can be opened is not enough', async () => {
    host.kvmFailure = 'KVM_CREATE_VM: EBUSY';
    const { ok, found, mend: fix } = (await finding('KVM'))!;
    assert.equal(ok, false);
    assert.equal(found, '/dev/kvm can be opened, but cannot create a virtual machine: KVM_CREATE_VM: EBUSY');
    assert.match(fix ?? '', /lsmod/);
    host.kvmFailure = '';
    assert.equal((await finding('KVM'))?.ok, true);
  });

  it('probes KVM in a separate process, which names the failed call', () => {
    const probe = resolve('plugins/runtime-kata/kvm/probe.ts');
    const { stdout } = spawnSync(process.execPath, ['--import', 'tsx', probe, '/dev/null'], {
      encoding: 'utf8',
    });
    assert.deepEqual(JSON.parse(stdout), { failed: 'KVM_GET_API_VERSION: ENOTTY' });
  });

  it('requires no virtiofsd where files are shared by 9p', async () => {
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

  it('requires shared propagation of the last mount on /', async () => {
    const own = '24 23 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n';
    await host.write('/proc/self/mountinfo', complete['/proc/self/mountinfo'] + own);
    assert.deepEqual(await finding('mount propagation'), {
      name: 'mount propagation',
      ok: false,
      found: '/ is mounted private',
      mend: 'mount --make-rshared /',
    });
  });

  it('does not include /dev/log for a shim in Rust, but refuses a KATA_CONF_FILE that would take precedence', async () => {
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

  it('includes a block snapshotter for Firecracker, and no vsock of the kernel', async () => {
    await host.write('/etc/kata-containers/configuration-fc.toml', firecracker);
    assert.match(
      (await finding('snapshotter', 'kata-fc'))?.found ?? '',
      /overlayfs, whose files cannot be shared with firecracker/,
    );
    assert.equal((await finding('snapshotter', 'kata-fc', { snapshotter: 'devmapper' }))?.ok, true);
    assert.equal((await finding('vhost-vsock', 'kata-fc'))?.ok, true);
  });

  it('reports a configuration of another hypervisor', async () => {
    await host.write('/etc/kata-containers/configuration-clh.toml', firecracker);
    const found = await finding('configuration', 'kata-clh');
    assert.match(found?.found ?? '', /is for the hypervisor firecracker, not clh/);
    assert.match(found?.mend ?? '', /option hypervisors\.clh\.config/);
  });

  it('reports an invalid configuration', async () => {
    await host.write('/etc/kata-containers/configuration.toml', 'x');
    const { usable, problem } = await provider(host).probe();
    assert.equal(usable, false);
    assert.match(problem ?? '', /^configuration: \S+ is not valid TOML/);
  });

  it('reports a shim that is not kata’s', async () => {
    host.version = 'hello\n';
    assert.match((await finding('shim'))?.found ?? '', /prints no version: it is not a shim of kata/);
  });
});
