import assert from 'node:assert/strict';
import { PouchError } from '../../../../hooks/index.ts';
import { checkSettings } from '../../../../plugins/runtime-kata/annotations/check.ts';
import { resizedAnnotations } from '../../../../plugins/runtime-kata/annotations/resize.ts';
import { addSandbox } from '../../../../plugins/runtime-kata/annotations/sandbox.ts';
import { sizeRefusals, sizeSettings } from '../../../../plugins/runtime-kata/annotations/sizing.ts';
import type { KataConfig } from '../../../../plugins/runtime-kata/config/load.ts';
import { draftWith } from './support/draft.ts';

const GiB = 2 ** 30;

function config(hypervisor: object, runtime: object = {}, hypervisorName = 'qemu'): KataConfig {
  return { path: '/etc/k.toml', hypervisorName, hypervisor: { ...hypervisor }, runtime: { ...runtime } };
}

describe('settings of kata by annotation', () => {
  const name = (setting: string) => `io.katacontainers.config.${setting}`;

  function check(setting: string, list: unknown, more: { major?: number; vmOf?: string } = {}): void {
    checkSettings({ [name(setting)]: 'x' }, config(list === undefined ? {} : { enable_annotations: list }), {
      major: more.major ?? 3,
      vmOf: more.vmOf,
    });
  }
  const denied = (says: RegExp) => (error: unknown) =>
    error instanceof PouchError && error.code === 'PCH_KATA_OPTION' && says.test(error.message);

  it('are allowed for the hypervisor if the configuration lists them', () => {
    check('hypervisor.default_memory', ['enable_iommu', 'default_memory']);
    assert.throws(
      () => check('hypervisor.kernel_params', ['enable_iommu', 'default_memory']),
      denied(
        /kernel_params"\]`: enable_annotations of \[hypervisor\.qemu\] in \/etc\/k\.toml allows enable_iommu, default_memory$/,
      ),
    );
  });

  it('are matched by regular expressions anywhere in the name, as kata does', () => {
    check('hypervisor.default_memory', ['memory']);
    check('hypervisor.default_memory', ['.*']);
    assert.throws(() => check('hypervisor.default_memory', ['^memory']), denied(/allows \^memory/));
    assert.throws(() => check('hypervisor.path', ['[']), denied(/./), 'no regular expression');
  });

  it('are all denied without a list, except for kata before 1.12', () => {
    assert.throws(() => check('hypervisor.path', undefined), denied(/allows nothing/));
    assert.throws(() => check('hypervisor.path', [], { major: 1 }), denied(/allows nothing/));
    check('hypervisor.path', undefined, { major: 1 });
  });

  it('are always allowed for runtime and agent', () => {
    check('runtime.sandbox_cgroup_only', []);
    check('agent.enable_tracing', undefined);
  });

  it('are only for the first container of a VM', () => {
    assert.throws(() => check('agent.enable_tracing', [], { vmOf: 'a' }), denied(/already runs/));
  });
});

describe('the size of a VM', () => {
  const limited = draftWith({
    resources: { memory: { limit: 4 * GiB }, cpu: { quota: 250_000, period: 100_000 } },
  });
  const fc = (hypervisor: object, runtime = {}) => config(hypervisor, runtime, 'firecracker');
  const enabled = { enable_annotations: ['default_memory', 'default_vcpus'] };

  it('follows the limits by hotplug or at boot: no setting is added', () => {
    assert.deepEqual(sizeSettings(limited, config(enabled)), {});
    assert.deepEqual(sizeSettings(limited, fc(enabled, { static_sandbox_resource_mgmt: true })), {});
  });

  it('is set where it does not follow the limits', () => {
    assert.deepEqual(sizeSettings(limited, fc(enabled)), {
      'io.katacontainers.config.hypervisor.default_memory': '4096',
      'io.katacontainers.config.hypervisor.default_vcpus': '3',
    });
    assert.deepEqual(sizeRefusals(limited, fc(enabled), 3), []);
  });

  it('is refused where it cannot be set', () => {
    assert.deepEqual(
      sizeRefusals(limited, fc({ default_memory: 1024 }), 3).map(({ what, reason }) => `${what}: ${reason}`),
      [
        '`resources.memory`: a VM of firecracker has 1024, and enable_annotations in /etc/k.toml does not allow default_memory',
        '`resources.nanoCpus`: a VM of firecracker has 1, and enable_annotations in /etc/k.toml does not allow default_vcpus',
      ],
    );
    assert.deepEqual(sizeRefusals(limited, fc({ default_memory: 4096, default_vcpus: 4 }), 3), []);
  });

  it('is kept if it is already set', () => {
    const annotations = { 'io.katacontainers.config.hypervisor.default_memory': '8192' };
    const set = sizeSettings({ ...limited, annotations }, fc(enabled));
    assert.deepEqual(Object.keys(set), ['io.katacontainers.config.hypervisor.default_vcpus']);
  });

  describe('after an update of the limits', () => {
    const sized = { memory: { limit: 8 * GiB } };
    const resize = (annotations: Record<string, string>, kata: KataConfig) =>
      resizedAnnotations({ ...limited, annotations }, sized, { config: kata, major: 3 });

    it('follows the new limits, and loses annotations of removed limits', () => {
      const draft = draftWith({ id: 'a', resources: limited.resources, annotations: { mine: '1' } });
      addSandbox(draft, { announce: true });
      assert.deepEqual(resizedAnnotations(draft, sized, { config: config(enabled), major: 3 }), {
        mine: '1',
        'io.kubernetes.cri.container-type': 'sandbox',
        'io.kubernetes.cri.sandbox-id': 'a',
        'io.kubernetes.cri.sandbox-memory': String(8 * GiB),
      });
      const before = sizeSettings(limited, fc(enabled));
      assert.deepEqual(resize(before, fc(enabled)), {
        'io.katacontainers.config.hypervisor.default_memory': '8192',
      });
    });

    it('is kept where others have set it, or the configuration does not allow it', () => {
      const size = { 'io.kubernetes.cri.sandbox-memory': '7' };
      const other = { 'io.kubernetes.cri.container-type': 'container', 'io.kubernetes.cri.sandbox-id': 'b' };
      assert.deepEqual(resize({ ...other, ...size }, config(enabled)), { ...other, ...size });
      assert.deepEqual(resize({}, config({})), {}, 'a lone container');
      assert.deepEqual(resize({}, fc({ default_memory: 1024 })), {}, 'not enabled');
      const set = { 'io.katacontainers.config.hypervisor.default_memory': '16384' };
      assert.deepEqual(resize(set, fc(enabled)), set);
    });
  });
});
