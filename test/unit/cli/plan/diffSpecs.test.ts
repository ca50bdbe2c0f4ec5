import assert from 'node:assert/strict';
import { diffSpecs } from '../../../../cli/plan/diffSpecs.ts';
import { formatPath } from '../../../../cli/plan/fieldPath.ts';

const plain = {
  process: {
    args: ['sh'],
    env: ['PATH=/bin', 'A=1', 'E='],
    capabilities: { bounding: ['CAP_KILL', 'CAP_CHOWN'], effective: ['CAP_KILL', 'CAP_CHOWN'] },
    rlimits: [{ type: 'RLIMIT_CORE', soft: 0, hard: 0 }],
  },
  mounts: [
    { destination: '/proc', type: 'proc', source: 'proc' },
    { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid'] },
  ],
  linux: { namespaces: [{ type: 'pid' }, { type: 'network' }], maskedPaths: ['/proc/kcore'], resources: {} },
};

function changes(change: (spec: typeof plain) => void): string[] {
  const spec = structuredClone(plain);
  change(spec);
  return diffSpecs(plain, spec).map(
    ({ kind, path, before, after }) =>
      `${kind} ${formatPath(path)} ${JSON.stringify(before) ?? ''}→${JSON.stringify(after) ?? ''}`,
  );
}

describe('differences of two specs', () => {
  it('are empty for the same content in another order', () => {
    assert.deepEqual(
      changes((spec) => {
        spec.process.env.reverse();
        spec.mounts.reverse();
        spec.linux.namespaces.reverse();
      }),
      [],
    );
  });

  it('name variables', () => {
    assert.deepEqual(
      changes((spec) => (spec.process.env = ['PATH=/bin:/sbin', 'A=1', 'B=x=y'])),
      [
        'added process.env.B →"x=y"',
        'removed process.env.E ""→',
        'changed process.env.PATH "/bin"→"/bin:/sbin"',
      ],
    );
  });

  it('name mounts by destination and show the changed field', () => {
    assert.deepEqual(
      changes((spec) => {
        spec.mounts[1] = { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'ro'] };
        spec.mounts.push({ destination: '/run', type: 'tmpfs', source: 'tmpfs' });
      }),
      [
        'changed mounts["/dev"].options ["nosuid"]→["nosuid","ro"]',
        'added mounts["/run"] →{"type":"tmpfs","source":"tmpfs"}',
      ],
    );
  });

  it('show a capability once, not once per set', () => {
    assert.deepEqual(
      changes((spec) => {
        spec.process.capabilities.bounding.push('CAP_SYS_BOOT');
        spec.process.capabilities.effective.push('CAP_SYS_BOOT');
      }),
      ['added process.capabilities.CAP_SYS_BOOT →["bounding","effective"]'],
    );
  });

  it('name namespaces, paths and limits', () => {
    assert.deepEqual(
      changes((spec) => {
        spec.linux.namespaces.push({ type: 'cgroup' });
        spec.linux.maskedPaths = [];
        spec.process.rlimits[0] = { type: 'RLIMIT_CORE', soft: 1, hard: 2 };
      }),
      [
        'removed linux.maskedPaths["/proc/kcore"] true→',
        'added linux.namespaces.cgroup →{}',
        'changed process.rlimits.RLIMIT_CORE.hard 0→2',
        'changed process.rlimits.RLIMIT_CORE.soft 0→1',
      ],
    );
  });

  it('do not modify the arguments', () => {
    const copy = structuredClone(plain);
    diffSpecs(plain, {});
    assert.deepEqual(plain, copy);
  });
});
