import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CgroupLayout } from '../../../../runlxc/cgroup/layout.ts';
import { membershipOf } from '../../../../runlxc/cgroup/membership.ts';
import { parseSubCgroups, processFiles } from '../../../../runlxc/cgroup/placement.ts';
import type { State } from '../../../../runlxc/state/store.ts';

describe('runlxc exec --cgroup', () => {
  it('accepts one path, or paths with their controllers', () => {
    assert.deepEqual([...parseSubCgroups(['a/b'])], [['', '/a/b']]);
    assert.deepEqual(
      [...parseSubCgroups(['cpu,cpuacct:/x', 'memory:y'])],
      [
        ['cpu', '/x'],
        ['cpuacct', '/x'],
        ['memory', '/y'],
      ],
    );
  });

  for (const [what, ...args] of [
    ['two paths without controllers', 'a', 'b'],
    ['a path above the container', '../other'],
    ['a path above the container, of a controller', 'cpu:../../other'],
    ['a third part', 'cpu:a:b'],
  ] as const)
    it(`refuses ${what}`, () => assert.throws(() => parseSubCgroups(args), /--cgroup/));

  describe('the cgroup of a process', () => {
    let root: string;
    let layout: CgroupLayout;
    const state = { cgroup: '/one', init: { pid: process.pid } } as State;
    before(async () => {
      root = await mkdtemp(join(tmpdir(), 'pouch-cgroups-'));
      for (const path of ['cpu/one/payload/sub', 'unified/one/payload/sub'])
        await mkdir(join(root, path), { recursive: true });
      const common = { root: '/', base: '', options: '' };
      layout = {
        unified: false,
        all: [
          { ...common, version: 1, mount: join(root, 'cpu'), controllers: ['cpu', 'cpuacct'] },
          { ...common, version: 1, mount: join(root, 'memory'), controllers: ['memory'] },
          { ...common, version: 2, mount: join(root, 'unified'), controllers: [] },
        ],
      };
    });
    after(() => rm(root, { recursive: true }));
    const files = (...args: string[]) =>
      processFiles(layout, state, parseSubCgroups(args)).map((each) =>
        each.map((file) => file.slice(root.length)),
      );

    it('is the container’s cgroup in each hierarchy; in v2 that of its init as a fallback', () => {
      const own = membershipOf('self').get('') ?? '/';
      assert.deepEqual(files(), [
        ['/cpu/one/payload/cgroup.procs'],
        ['/unified/one/payload/cgroup.procs', join('/unified', own, 'cgroup.procs')],
      ]);
    });

    it('is the requested cgroup below, and no other', () => {
      assert.deepEqual(files('sub'), [
        ['/cpu/one/payload/sub/cgroup.procs'],
        ['/unified/one/payload/sub/cgroup.procs'],
      ]);
      assert.equal(files('cpuacct:sub')[0]![0], '/cpu/one/payload/sub/cgroup.procs');
      assert.equal(files('cpuacct:sub')[1]!.length, 2);
    });

    it('must exist', () => {
      assert.throws(() => files('none'), /no such cgroup/);
      assert.throws(() => files('nosuch:sub'), /controller nosuch/);
    });
  });
});
