import assert from 'node:assert/strict';
import { diff } from '../../../../../core/plugins/draft/diff.ts';
import { clone } from '../../../../../core/plugins/draft/clone.ts';
import { checkAdapted } from '../../../../../core/plugins/runtimes/checkAdapted.ts';
import type { ContainerDraft } from '../../../../../hooks/draft.ts';
import { makeDraft } from '../support/draft.ts';

const device = { type: 'c', major: 1, minor: 7, access: 'rwm' } as const;
const tmpfs = { type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'rw'] };

const planned = makeDraft({
  annotations: { 'corp.old': 'x' },
  devices: { '/dev/full': { ...device, hostPath: '/dev/other' } },
  maskedPaths: { '/proc/kcore': true },
  mounts: { '/run': tmpfs },
  seccomp: null,
  sysctls: { 'net.core.somaxconn': '9' },
});

function adapt(change: (draft: ContainerDraft) => unknown, annotations: string[] = ['corp.*']): void {
  const after = clone(planned);
  change(after);
  const granted = { binary: '/usr/bin/fast', annotations };
  checkAdapted(diff(planned, after), after, { plugin: 'speedy', name: 'fast', granted });
}

describe('adaptSpec of a confined plugin', () => {
  const less: Record<string, (draft: ContainerDraft) => unknown> = {
    nothing: () => undefined,
    'a capability less': ({ process }) => delete process.capabilities['CAP_KILL'],
    'no capabilities': ({ process }) => (process.capabilities = {}),
    'a sysctl less': (draft) => (draft.sysctls = {}),
    'a device less': ({ devices }) => delete devices['/dev/full'],
    'a masked path': ({ maskedPaths }) => (maskedPaths['/proc/version'] = true),
    'a path that is read-only': ({ readonlyPaths }) => (readonlyPaths['/proc/x'] = true),
    'a root that is read-only': ({ rootfs }) => (rootfs.readonly = true),
    'no new privileges': ({ process }) => (process.noNewPrivileges = true),
    'the seccomp profile of Pouch': (draft) => (draft.seccomp = 'default'),
    'a mount that is stricter': ({ mounts }) => mounts['/run']!.options.push('ro', 'noexec'),
    'an annotation that is granted': ({ annotations }) => (annotations['corp.fast'] = 'on'),
    'a granted annotation less': ({ annotations }) => delete annotations['corp.old'],
  };
  for (const [what, change] of Object.entries(less)) it(`may set ${what}`, () => adapt(change));

  const more: [change: (draft: ContainerDraft) => unknown, field: string][] = [
    [({ process }) => (process.capabilities['CAP_SYS_ADMIN'] = true), 'process.capabilities.CAP_SYS_ADMIN'],
    [({ process }) => (process.privileged = true), 'process.privileged'],
    [({ process }) => (process.env['LD_PRELOAD'] = '/x'), 'process.env.LD_PRELOAD'],
    [({ process }) => (process.oomScoreAdj = -1000), 'process.oomScoreAdj'],
    [({ maskedPaths }) => delete maskedPaths['/proc/kcore'], 'maskedPaths["/proc/kcore"]'],
    [({ maskedPaths }) => (maskedPaths['proc'] = true), 'maskedPaths.proc'],
    [({ rootfs }) => (rootfs.propagation = 'rshared'), 'rootfs.propagation'],
    [({ mounts }) => (mounts['/host'] = { ...tmpfs, type: 'bind', source: '/' }), 'mounts["/host"].type'],
    [({ mounts }) => delete mounts['/run'], 'mounts["/run"].type'],
    [({ mounts }) => (mounts['/run']!.source = '/etc'), 'mounts["/run"].source'],
    [({ mounts }) => (mounts['/run']!.options = ['rw']), 'mounts["/run"].options'],
    [({ mounts }) => mounts['/run']!.options.push('rw'), 'mounts["/run"].options'],
    [({ mounts }) => (mounts['/run']!.options = ['ro', 'nosuid', 'rw']), 'mounts["/run"].options'],
    [({ devices }) => (devices['/dev/mem'] = device), 'devices["/dev/mem"].type'],
    [({ devices }) => delete devices['/dev/full']!.hostPath, 'devices["/dev/full"].hostPath'],
    [({ devices }) => (devices['/dev/full']!.minor = 1), 'devices["/dev/full"].minor'],
    [({ deviceRules }) => (deviceRules['all'] = { allow: true, access: 'rwm' }), 'deviceRules.all.allow'],
    [({ namespaces }) => delete namespaces.pid, 'namespaces.pid'],
    [(draft) => (draft.uidMappings = [{ containerID: 0, hostID: 0, size: 1 }]), 'uidMappings'],
    [({ sysctls }) => (sysctls['kernel.x'] = '1'), 'sysctls["kernel.x"]'],
    [({ resources }) => (resources.pids = { limit: -1 }), 'resources.pids.limit'],
    [({ ociHooks }) => (ociHooks['mine'] = { kind: 'prestart', path: '/bin/true' }), 'ociHooks.mine.kind'],
    [({ effects }) => (effects['mine'] = { kind: 'x', args: {}, stage: 'start' }), 'effects.mine.kind'],
    [(draft) => (draft.cgroupsPath = '/mine'), 'cgroupsPath'],
    [(draft) => (draft.runtime = 'runc'), 'runtime'],
    [(draft) => (draft.devices = null as never), 'devices'],
    [(draft) => Object.assign(draft, { another: 1 }), 'another'],
    [(draft) => (draft.annotations = 7 as never), 'annotations'],
  ];
  for (const [change, field] of more)
    it(`may not change ${field}: ${String(change).slice(0, 60)}`, () => {
      const message = `plugin speedy: adaptSpec of its runtime fast changes ${field}, which it may not`;
      assert.throws(() => adapt(change), { code: 'PCH_PLUGIN_CONTRACT', plugin: 'speedy', message });
    });

  it('may not turn off a seccomp profile', () => {
    const strict = makeDraft({ seccomp: 'default' });
    const after = { ...clone(strict), seccomp: null };
    const runtime = { plugin: 'speedy', name: 'fast', granted: {} };
    assert.throws(() => checkAdapted(diff(strict, after), after, runtime), /changes seccomp/);
  });

  it('sets annotations only as its entry grants them, and none of Pouch', () => {
    const set = (key: string, value: unknown) => (draft: ContainerDraft) =>
      Object.assign(draft.annotations, { [key]: value });
    assert.throws(() => adapt(set('run.oci.handler', 'krun')), {
      code: 'PCH_PLUGIN_RIGHTS',
      hint: /grants: \{ runtimes: \{ fast: \{ binary: \/usr\/bin\/fast, annotations: \[corp\.\*, run\.oci\.handler\] \} \} \}/,
    });
    assert.throws(() => adapt(set('io.pouch.rich', 'systemd'), ['*']), { code: 'PCH_PLUGIN_RIGHTS' });
    assert.throws(() => adapt(set('corp.x', 7)), /to what is not a text/);
    assert.throws(() => adapt(set('corp.x', 'x'.repeat(70_000))), /changes 700\d\d bytes of the draft/);
  });
});
