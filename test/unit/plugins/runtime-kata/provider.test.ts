import assert from 'node:assert/strict';
import { capabilitiesOf } from '../../../../core/plan/runtime/capabilities.ts';
import { adaptToMachine } from '../../../../plugins/runtime-kata/adaptSpec.ts';
import { kataCommandProvider } from '../../../../plugins/runtime-kata/cliProvider.ts';
import { optionsOf } from '../../../../plugins/runtime-kata/options.ts';
import { draftWith } from './support/draft.ts';
import { complete, FakeHost, rust } from './support/FakeHost.ts';
import { provider } from './support/provider.ts';

const config = '/etc/kata-containers/configuration.toml';

describe('the runtimes of kata', () => {
  let host: FakeHost;
  beforeEach(async () => {
    host = await FakeHost.create();
  });
  afterEach(() => host.dispose());

  it('pass the configuration to the shim, by the older name for 1.x', async () => {
    assert.deepEqual(await provider(host).options(draftWith({})), {
      message: 'runtimeoptions.v1.Options',
      configPath: config,
    });
    host.version = 'Kata Containers containerd shim: id: "io.containerd.kata.v2", version: 1.12.1, commit: a';
    await host.write('/usr/local/bin/containerd-shim-kata-v2', 'another');
    assert.deepEqual(await provider(host).options(draftWith({})), {
      message: 'cri.runtimeoptions.v1.Options',
      configPath: config,
    });
  });

  it('pass the configuration that the container names', async () => {
    await host.write('/mine.toml', complete[config]!);
    const annotations = { 'io.katacontainers.config_path': '/mine.toml' };
    assert.deepEqual(await provider(host).options(draftWith({ annotations })), {
      message: 'runtimeoptions.v1.Options',
      configPath: '/mine.toml',
    });
  });

  it('know their type after the probe', async () => {
    const runtime = provider(host, 'kata-qemu');
    assert.equal(runtime.containerdType, 'io.containerd.kata-qemu.v2');
    await runtime.probe();
    assert.equal(runtime.containerdType, 'io.containerd.kata.v2', 'the handler has no shim of its own');
  });

  it('detect from the log of a 1.x shim that an exit code of 0 is not the command’s', async () => {
    const id = 'a1b2';
    const line = (fields: string) =>
      `time="2021-05-17T19:43:06.552584864-07:00" level=error msg="Wait for process failed" ${fields}`;
    assert.equal(await provider(host).lostExitSign!(id, 'command'), undefined, '3.x reports 255');
    host.version = 'Kata Containers containerd shim: id: "io.containerd.kata.v2", version: 1.12.1, commit: a';
    await host.write('/usr/local/bin/containerd-shim-kata-v2', 'another');
    const isSign = (await provider(host).lostExitSign!(id, 'command'))!;
    const isExecs = (await provider(host).lostExitSign!(id, 'exec'))!;
    const error = 'error="rpc error: code = Unavailable desc = transport is closing"';
    assert.ok(isSign(line(`container=${id} ${error} pid=${id}`)));
    assert.ok(!isSign(line(`container=${id} ${error} pid=an-exec`)), 'one of its execs');
    assert.ok(isExecs(line(`container=${id} ${error} pid=an-exec`)));
    assert.ok(!isExecs(line(`container=other ${error} pid=an-exec`)));
    assert.ok(!isSign(line(`container=other ${error} pid=other`)));
    assert.ok(
      !isSign(
        `level=debug msg="reading guest console" vmconsole="${line(`container=${id}`).replaceAll('"', '\\"')} pid=${id}"`,
      ),
    );
  });

  it('report that they are not usable', async () => {
    await host.remove('/dev/kvm');
    await assert.rejects(provider(host).options(draftWith({})), {
      code: 'PCH_RUNTIME_UNUSABLE',
      hint: 'run pouch doctor kata for all that it needs',
    });
  });

  it('cache their findings', async () => {
    let asked = 0;
    host.run = () => Promise.resolve(String((asked += 1)));
    const runtime = provider(host);
    await Promise.all([runtime.probe(), runtime.probe()]);
    await runtime.probe();
    assert.equal(asked, 1);
  });

  it('are virtual machines, and list the features that these lack', async () => {
    const runtime = provider(host);
    assert.equal(runtime.isolation, 'vm');
    const can = capabilitiesOf(runtime, await runtime.probe());
    for (const feature of [
      'hostNetwork',
      'hostPid',
      'joinNamespaces',
      'mountPropagation',
      'checkpoint',
      'richSystemd',
    ] as const)
      assert.equal(typeof can[feature], 'string', feature);
    for (const feature of [
      'exec',
      'terminal',
      'pause',
      'stats',
      'liveUpdate',
      'sharedMachine',
      'richDumbInit',
    ] as const)
      assert.equal(can[feature], true, feature);
  });

  it('of a fixed size refuse new limits', async () => {
    await host.write(config, `${complete[config]}static_sandbox_resource_mgmt = true\n`);
    const { limits } = await provider(host).probe();
    assert.match(limits?.liveUpdate ?? '', /static_sandbox_resource_mgmt is set in \/etc/);
  });

  describe('change a draft', () => {
    async function adapted(
      fields: Parameters<typeof draftWith>[0],
      more: Parameters<typeof provider>[2] = {},
    ) {
      const draft = draftWith(fields);
      await provider(host, 'kata', more).adaptSpec?.(draft);
      return draft;
    }

    it('to a sandbox of its own, or to a member of another container’s sandbox', async () => {
      const alone = await adapted({});
      assert.deepEqual(alone.annotations, {
        'io.kubernetes.cri.container-type': 'sandbox',
        'io.kubernetes.cri.sandbox-id': alone.id,
      });
      assert.deepEqual((await adapted({ vmOf: 'c0ffee' })).annotations, {
        'io.kubernetes.cri.container-type': 'container',
        'io.kubernetes.cri.sandbox-id': 'c0ffee',
      });
    });

    it('except annotations of the CRI, and not against the options', async () => {
      const annotations = { 'io.kubernetes.cri.container-type': 'container' };
      assert.deepEqual((await adapted({ annotations })).annotations, annotations);
      assert.deepEqual((await adapted({}, { sandboxAnnotations: false })).annotations, {});
    });

    it('to omit the default seccomp profile that kata would not apply', async () => {
      assert.equal((await adapted({})).seccomp, null);
      await host.write(config, complete[config]!.replace('disable_guest_seccomp = true', ''));
      assert.equal((await adapted({})).seccomp, 'default');
    });

    it('to name the configuration for a shim in Rust', async () => {
      host.version = rust;
      await host.write('/usr/local/bin/containerd-shim-kata-v2', 'in Rust');
      const file = '/etc/kata-containers/runtime-rs/configuration.toml';
      await host.write(file, complete[config]!);
      assert.equal((await adapted({})).annotations['io.katacontainers.config_path'], file);
    });

    it('to claim leftovers of a killed shim or a failed create: cgroups of its VM, shared files', async () => {
      const { effects, id } = await adapted({ cgroupsPath: '/pouch/abc' });
      const claims = Object.values(effects).map(({ kind, args }) => [kind, args]);
      assert.deepEqual(claims, [
        ['cgroup', { path: '/pouch/kata_abc' }],
        ['cgroup', { path: `/kata_overhead/${id}` }],
        ['kata-shared-folder', { id }],
      ]);
      assert.deepEqual((await adapted({ vmOf: 'c0ffee' })).effects, {});
      const withSystemd = await adapted({ cgroupsPath: 'system.slice:pouch:abc' });
      assert.deepEqual(Object.keys(withSystemd.effects), ['kata.shared']);
    });

    it('to remove the host’s devices from a privileged container', async () => {
      const device = { type: 'b' as const, major: 8, minor: 0, access: 'rwm' };
      const process = { ...draftWith({}).process, privileged: true };
      const rules = { all: { allow: true, access: 'rwm' } };
      const draft = await adapted({ process, devices: { '/dev/sda': device }, deviceRules: rules });
      assert.deepEqual([draft.devices, draft.deviceRules], [{}, {}]);
    });
  });

  it('have their own options, which override those of kata', () => {
    const all = {
      ...{ shim: 's', config: '/k', runtimeType: '', defaults: { 'agent.a': 1, 'agent.b': 1 } },
      hypervisors: { clh: { shim: '', config: '/clh', runtimeType: 'io.x.v2', defaults: { 'agent.b': 2 } } },
      ...{ cli: '', sandboxAnnotations: true, ignore: [] },
    };
    assert.deepEqual(optionsOf(all, 'clh'), {
      ...{ shim: 's', config: '/clh', runtimeType: 'io.x.v2', defaults: { 'agent.a': 1, 'agent.b': 2 } },
    });
    assert.equal(optionsOf(all, undefined).config, '/k');
    assert.equal(optionsOf(all, 'qemu').config, '', 'a file belongs to one hypervisor');
  });

  describe('by the command of kata 1.x', () => {
    const command = () =>
      kataCommandProvider({ command: 'kata-runtime', defaults: {}, ignore: [], state: '/run/pouch', host });

    it('run as runc does', async () => {
      await host.write('/usr/bin/kata-runtime', '');
      host.version = 'kata-runtime  : 1.12.1\n   commit   : a\n';
      const state = await command().probe();
      assert.equal(state.usable, true);
      assert.deepEqual([state.path, state.version], ['/usr/bin/kata-runtime', '1.12.1']);
      assert.deepEqual(await command().options(draftWith({})), {
        binaryName: '/usr/bin/kata-runtime',
        root: '/run/pouch/kata-runtime',
      });
    });

    it('need a configuration at the command’s default path', async () => {
      await host.write('/usr/bin/kata-runtime', '');
      host.version = 'kata-runtime  : 1.12.1\n';
      await host.remove(config);
      await host.write('/opt/kata/share/defaults/kata-containers/configuration.toml', complete[config]!);
      const { usable, problem } = await command().probe();
      assert.equal(usable, false);
      assert.match(
        problem ?? '',
        /^configuration: not found at \/etc\/kata-containers\/configuration\.toml, /,
      );
      await assert.rejects(command().options(draftWith({})), { code: 'PCH_RUNTIME_UNUSABLE' });
    });

    it('need all that a VM needs', async () => {
      await host.write('/usr/bin/kata-runtime', '');
      host.version = 'kata-runtime  : 1.12.1\n';
      await host.remove('/usr/share/kata/vmlinux');
      assert.match((await command().probe()).problem ?? '', /^kernel: /);
    });

    it('need 1.x: the command of a later kata runs no containers', async () => {
      await host.write('/usr/bin/kata-runtime', '');
      host.version = 'kata-runtime  : 3.2.0\n';
      assert.match((await command().probe()).problem ?? '', /belongs to kata 3\.2\.0.*`runtime` kata/);
      await host.remove('/usr/bin/kata-runtime');
      assert.match((await command().probe()).problem ?? '', /not installed/);
      await assert.rejects(command().options(draftWith({})), { code: 'PCH_RUNTIME_UNUSABLE' });
    });

    it('do not announce sandboxes: each container has its own VM', () => {
      const draft = draftWith({});
      const file = { path: config, hypervisorName: 'qemu', hypervisor: {}, runtime: {} };
      adaptToMachine(draft, {
        config: file,
        defaults: {},
        language: 'go',
        version: '1.12.1',
        announce: undefined,
      });
      assert.deepEqual(draft.annotations, {});
    });

    it('refuse another configuration', async () => {
      const annotations = { 'io.katacontainers.config_path': '/mine.toml' };
      const [refusal] = (await command().refusals?.(draftWith({ annotations }))) ?? [];
      assert.equal(refusal?.what, '`annotations["io.katacontainers.config_path"]`');
    });
  });
});
