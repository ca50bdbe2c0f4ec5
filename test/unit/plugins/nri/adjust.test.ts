import assert from 'node:assert/strict';
import type { ContainerDraft } from '../../../../hooks/index.ts';
import { applyAdjustment } from '../../../../plugins/nri/adjust/applyAdjustment.ts';
import { applyResources } from '../../../../plugins/nri/adjust/applyResources.ts';
import { checkResources } from '../../../../plugins/nri/adjust/unsupported.ts';
import { ContainerAdjustment, type DeepPartial, LinuxResources } from '../../../../plugins/nri/gen/nri.ts';
import { makeDraft } from '../../core/plugins/support/draft.ts';

/** The draft after an adjustment that has crossed the wire. */
function adjusted(
  given: DeepPartial<ContainerAdjustment>,
  changes: Partial<ContainerDraft> = {},
): ContainerDraft {
  const draft = makeDraft(changes);
  const bytes = ContainerAdjustment.encode(ContainerAdjustment.fromPartial(given)).finish();
  applyAdjustment(draft, ContainerAdjustment.decode(bytes), '10-foo');
  return draft;
}

describe('an adjustment of an NRI plugin', () => {
  it('sets what it names and leaves the rest', () => {
    assert.equal(JSON.stringify(adjusted({})), JSON.stringify(makeDraft()));
  });

  it('sets and removes annotations, variables, mounts, devices and kernel parameters by the mark "-"', () => {
    const { process, ...draft } = adjusted(
      {
        annotations: { '-old': '', new: '1' },
        env: [
          { key: '-PATH', value: '' },
          { key: 'A', value: 'b=c' },
        ],
        mounts: [
          { destination: '-/proc', type: '', source: '', options: [] },
          { destination: '/data', type: '', source: '/srv', options: ['rbind', 'ro'] },
        ],
        linux: {
          devices: [
            { path: '-/dev/old' },
            { path: '/dev/new', type: 'u', major: 1n, minor: 5n, fileMode: { value: 0o600 } },
          ],
          sysctl: { '-net.old': '', 'net.new': '1' },
        },
      },
      {
        annotations: { old: '0', kept: '0' },
        devices: { '/dev/old': { type: 'c', major: 1, minor: 3, access: 'rwm' } },
        sysctls: { 'net.old': '0' },
      },
    );
    assert.deepEqual(process.env, { A: 'b=c' });
    assert.deepEqual(draft.annotations, { kept: '0', new: '1' });
    assert.deepEqual(draft.mounts, { '/data': { type: 'bind', source: '/srv', options: ['rbind', 'ro'] } });
    assert.deepEqual(draft.devices, {
      '/dev/new': { type: 'c', major: 1, minor: 5, access: 'rwm', fileMode: 0o600 },
    });
    assert.deepEqual(draft.sysctls, { 'net.new': '1' });
  });

  it('sets a key that it marks too', () => {
    const env = [
      { key: '-PATH', value: '' },
      { key: 'PATH', value: '/bin' },
    ];
    assert.deepEqual(adjusted({ env }).process.env, { PATH: '/bin' });
  });

  it('sets limits of processes; RLIM_INFINITY is -1', () => {
    const rlimits = [{ type: 'RLIMIT_NOFILE', soft: 1024n, hard: 2n ** 64n - 1n }];
    assert.deepEqual(adjusted({ rlimits }).process.rlimits, { RLIMIT_NOFILE: { soft: 1024, hard: -1 } });
  });

  it('adds hooks under the name of the plugin, of every kind', () => {
    const hook = { path: '/bin/true', args: ['true'], env: [], timeout: { value: 5n } };
    const { ociHooks } = adjusted({ hooks: { prestart: [hook], createRuntime: [hook], poststop: [hook] } });
    const kinds = ['prestart', 'createRuntime', 'poststop'];
    assert.deepEqual(
      Object.keys(ociHooks),
      kinds.map((kind) => `nri-10-foo-${kind}-0`),
    );
    assert.deepEqual(ociHooks['nri-10-foo-prestart-0'], {
      kind: 'prestart',
      path: '/bin/true',
      args: ['true'],
      timeout: 5,
    });
  });

  it('replaces the command, with or without the mark of a replacement', () => {
    for (const args of [
      ['sh', '-c', 'true'],
      ['', 'sh', '-c', 'true'],
    ]) {
      const { entrypoint, command } = adjusted({ args }).process;
      assert.deepEqual([entrypoint, command], [[], ['sh', '-c', 'true']]);
    }
  });

  it('sets the cgroup, the OOM score and the class of RDT', () => {
    const draft = adjusted({
      linux: {
        cgroupsPath: '/other',
        oomScoreAdj: { value: -5n },
        resources: { rdtClass: { value: 'gold' } },
      },
    });
    assert.deepEqual(
      [draft.cgroupsPath, draft.process.oomScoreAdj, draft.intelRdt],
      ['/other', -5, { closID: 'gold' }],
    );
  });

  it('asks for CDI devices', () => {
    const { cdiDevices } = adjusted(
      { CDIDevices: [{ name: 'vendor.com/gpu=1' }] },
      { cdiDevices: { 'a/b=c': true } },
    );
    assert.deepEqual(cdiDevices, { 'a/b=c': true, 'vendor.com/gpu=1': true });
  });

  it('replaces the seccomp profile', () => {
    const { seccomp } = adjusted({
      linux: {
        seccompPolicy: {
          defaultAction: 'SCMP_ACT_ALLOW',
          architectures: ['SCMP_ARCH_X86_64'],
          syscalls: [
            { names: ['mkdir'], action: 'SCMP_ACT_ERRNO', errnoRet: { value: 28 } },
            {
              names: ['clone'],
              action: 'SCMP_ACT_ERRNO',
              args: [{ index: 0, value: 7n, valueTwo: 7n, op: 'SCMP_CMP_MASKED_EQ' }],
            },
          ],
        },
      },
    });
    assert.deepEqual(seccomp, {
      defaultAction: 'SCMP_ACT_ALLOW',
      architectures: ['SCMP_ARCH_X86_64'],
      syscalls: [
        { names: ['mkdir'], action: 'SCMP_ACT_ERRNO', errnoRet: 28 },
        {
          names: ['clone'],
          action: 'SCMP_ACT_ERRNO',
          args: [{ index: 0, value: 7, valueTwo: 7, op: 'SCMP_CMP_MASKED_EQ' }],
        },
      ],
    });
    assert.throws(
      () => adjusted({ linux: { seccompPolicy: { syscalls: [] } } }),
      /default_action, found none/,
    );
  });

  it('joins, makes and leaves namespaces but those of the network, the users and the mounts', () => {
    const namespaces = (...given: { type: string; path: string }[]) => ({ linux: { namespaces: given } });
    const { namespaces: made } = adjusted(
      namespaces(
        { type: 'ipc', path: '/proc/1/ns/ipc' },
        { type: '-pid', path: '' },
        { type: 'uts', path: '' },
      ),
      { namespaces: { pid: '', mount: '', network: '/n' } },
    );
    assert.deepEqual(made, { mount: '', network: '/n', ipc: '/proc/1/ns/ipc', uts: '' });
    for (const type of ['network', '-user', 'mount', 'time', 'x'])
      assert.throws(() => adjusted(namespaces({ type, path: '' })), {
        code: 'PCH_NRI_ADJUSTMENT',
        message: /expected pid, ipc, uts, cgroup in linux\.namespaces, found/,
      });
    assert.throws(
      () => adjusted(namespaces({ type: 'ipc', path: 'proc' })),
      /linux\.namespaces\.ipc, found "proc"/,
    );
    const own = { namespaces: { pid: '', user: '/u' } };
    assert.throws(() => adjusted(namespaces({ type: '-pid', path: '' }), own), /users of its own/);
  });

  it('sets limits of resources', () => {
    const { resources } = adjusted({
      linux: {
        resources: {
          memory: { limit: { value: 100n }, swappiness: { value: 0n }, disableOomKiller: { value: true } },
          cpu: { shares: { value: 512n }, quota: { value: -1n }, cpus: '0-1' },
          pids: { limit: 50n },
          hugepageLimits: [{ pageSize: '2MB', limit: 4096n }],
        },
      },
    });
    assert.deepEqual(resources, {
      memory: { limit: 100, swappiness: 0, disableOOMKiller: true },
      cpu: { shares: 512, quota: -1, cpus: '0-1' },
      pids: { limit: 50 },
      hugepageLimits: [{ pageSize: '2MB', limit: 4096 }],
    });
  });

  it('raises swap with a memory limit above it', () => {
    const to = { resources: { memory: { limit: 10, swap: 20 } } };
    applyResources(to, LinuxResources.fromPartial({ memory: { limit: { value: 30n } } }));
    assert.deepEqual(to.resources.memory, { limit: 30, swap: 30 });
  });

  const refused: Record<string, DeepPartial<ContainerAdjustment>> = {
    'linux.seccomp_policy.flags': {
      linux: { seccompPolicy: { defaultAction: 'SCMP_ACT_ALLOW', flags: ['SECCOMP_FILTER_FLAG_LOG'] } },
    },
    'linux.seccomp_policy.listener_path': {
      linux: { seccompPolicy: { defaultAction: 'SCMP_ACT_ALLOW', listenerPath: '/run/agent.sock' } },
    },
    'linux.resources.blockio_class': { linux: { resources: { blockioClass: { value: 'slow' } } } },
    'linux.resources.unified': { linux: { resources: { unified: { 'memory.high': '1' } } } },
    'linux.resources.memory.kernel_tcp': { linux: { resources: { memory: { kernelTcp: { value: 1n } } } } },
    'linux.resources.devices': { linux: { resources: { devices: [{ allow: true }] } } },
  };
  for (const [field, given] of Object.entries(refused))
    it(`is refused by name: ${field}`, () =>
      assert.throws(() => adjusted(given), {
        code: 'PCH_NRI_ADJUSTMENT',
        message: `Pouch does not adjust ${field}`,
      }));

  /** What a plugin that was built with a newer protocol sends. */
  const newer: Record<string, [number, 'linux' | undefined]> = {
    'linux.io_priority': [5, 'linux'],
    'linux.scheduler': [10, 'linux'],
    'linux.field 77': [77, 'linux'],
    'field 55': [55, undefined],
  };
  for (const [field, [number, part]] of Object.entries(newer))
    it(`is refused by name: ${field}`, () => {
      const adjustment = ContainerAdjustment.fromPartial({ linux: {} });
      const holder = part === undefined ? adjustment : adjustment[part]!;
      // A message without content.
      holder._unknownFields = { [(number << 3) | 2]: [Buffer.from([0])] };
      const bytes = ContainerAdjustment.encode(adjustment).finish();
      assert.throws(() => applyAdjustment(makeDraft(), ContainerAdjustment.decode(bytes), '10-foo'), {
        message: `Pouch does not adjust ${field}`,
      });
    });

  it('is refused with numbers that no limit has, and devices of no type', () => {
    const error = { code: 'PCH_NRI_ADJUSTMENT' };
    assert.throws(() => adjusted({ linux: { resources: { pids: { limit: 2n ** 60n } } } }), error);
    assert.throws(() => adjusted({ linux: { devices: [{ path: '/dev/x', type: 'x' }] } }), error);
  });
});

describe('an update by an NRI plugin', () => {
  it('has no class of RDT: a container keeps that of its create', () => {
    assert.throws(
      () => checkResources(LinuxResources.fromPartial({ rdtClass: { value: 'gold' } })),
      /resources\.rdt_class/,
    );
    checkResources(LinuxResources.fromPartial({ memory: { limit: { value: 1n } } }));
  });
});
