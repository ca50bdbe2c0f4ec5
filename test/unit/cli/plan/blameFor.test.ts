import assert from 'node:assert/strict';
import type { BlameWire } from '../../../../client/index.ts';
import { blameFor } from '../../../../cli/plan/blameFor.ts';
import { fieldPath, formatPath } from '../../../../cli/plan/fieldPath.ts';

function entry(field: string, plugin: string): BlameWire {
  return { field, plugin, hook: 'container.preCreate', action: 'set', ms: 0 };
}

describe('blame of a field of the spec', () => {
  const cases: [spec: string, blame: string][] = [
    ['process.env.HOME', 'process.env.HOME'],
    ['process.args', 'process.command'],
    ['mounts["/run"]', 'mounts["/run"]'],
    ['mounts["/run"].options', 'mounts["/run"].options'],
    ['mounts["/run"]', 'mounts["/run"].options'],
    ['mounts["/etc/x"]', 'files["/etc/x"]'],
    ['linux.namespaces.cgroup', 'namespaces.cgroup'],
    ['linux.resources.memory.limit', 'resources.memory.limit'],
    ['linux.sysctl["net.x"]', 'sysctls["net.x"]'],
    ['linux.seccomp.syscalls', 'seccomp'],
    ['linux.devices["/dev/fuse"]', 'devices["/dev/fuse"]'],
    ['root.readonly', 'rootfs.readonly'],
    ['process.terminal', 'process.tty'],
    ['process.capabilities.CAP_SYS_BOOT', 'process.capabilities.CAP_SYS_BOOT'],
    ['hostname', 'hostname'],
  ];
  for (const [spec, field] of cases) {
    it(`${spec} comes from ${field}`, () => {
      const blame = [entry(field, 'right'), entry('labels.x', 'wrong'), entry('process.env.OTHER', 'wrong')];
      assert.equal(blameFor(fieldPath(spec).segments, blame)?.plugin, 'right');
    });
  }

  it('is the last change', () => {
    const blame = [entry('hostname', 'first'), entry('hostname', 'last')];
    assert.equal(blameFor(['hostname'], blame)?.plugin, 'last');
  });

  it('is undefined for a field that nothing has set', () => {
    assert.equal(blameFor(['ociVersion'], [entry('hostname', 'x')]), undefined);
  });
});

describe('field paths', () => {
  for (const text of ['a', 'a.b', 'mounts["/etc/x.y"].options', 'a["say \\"hi\\""]', 'a["1x"].b-c']) {
    it(`${text} is parsed and formatted unchanged`, () =>
      assert.equal(formatPath(fieldPath(text).segments), text));
  }
});
