import { deepEqual, equal, throws } from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CgroupLayout, Hierarchy } from '../../../../runlxc/cgroup/layout.ts';
import { parentsOf, prepareParents } from '../../../../runlxc/cgroup/parents.ts';

/** Directories replace cgroups: they have the kernel's files only if a test writes them. */
describe('the parents of a cgroup', () => {
  let mount = '';

  beforeEach(() => {
    mount = mkdtempSync(join(tmpdir(), 'parents-'));
    cgroup('cpuset', '', { 'cpuset.cpus': '0-3', 'cpuset.mems': '0-1' });
  });
  afterEach(() => rmSync(mount, { recursive: true }));

  const hierarchy = (name: string, version: 1 | 2 = 1): Hierarchy => {
    const controllers = version === 1 ? [name] : [];
    return { version, mount: join(mount, name), root: '/', base: '', controllers, options: name };
  };
  const layout = (...all: Hierarchy[]): CgroupLayout => ({ all, unified: false });

  function cgroup(name: string, path: string, files: Record<string, string>): void {
    mkdirSync(join(mount, name, path), { recursive: true });
    for (const [file, value] of Object.entries(files)) writeFileSync(join(mount, name, path, file), value);
  }
  const cpuset = (path: string, cpus = '', mems = '') =>
    cgroup('cpuset', path, { 'cpuset.cpus': cpus, 'cpuset.mems': mems, 'cgroup.clone_children': '0' });
  const value = (path: string) => readFileSync(join(mount, path), 'utf8');

  it('are all cgroups above it, without the root', () => {
    deepEqual(parentsOf('/a/b/c'), ['/a', '/a/b']);
    deepEqual(parentsOf('/a'), []);
  });

  it('get the CPUs and memory nodes of their parent, at each level', () => {
    for (const path of ['a', 'a/b']) cpuset(path);
    deepEqual(prepareParents(layout(hierarchy('cpuset')), '/a/b/c'), [
      join(mount, 'cpuset/a/b/cgroup.procs'),
    ]);
    for (const path of ['a', 'a/b'])
      deepEqual([value(`cpuset/${path}/cpuset.cpus`), value(`cpuset/${path}/cpuset.mems`)], ['0-3', '0-1']);
  });

  it('keep values that are already set, and those below inherit them', () => {
    cpuset('a', '2', '1');
    cpuset('a/b');
    prepareParents(layout(hierarchy('cpuset')), '/a/b/c');
    deepEqual(
      ['a', 'a/b'].map((path) => value(`cpuset/${path}/cpuset.cpus`)),
      ['2', '2'],
    );
    deepEqual(
      ['a', 'a/b'].map((path) => value(`cpuset/${path}/cpuset.mems`)),
      ['1', '1'],
    );
  });

  it('are created and joined in every hierarchy', () => {
    for (const path of ['a', 'a/b']) cpuset(path);
    deepEqual(prepareParents(layout(hierarchy('cpuset'), hierarchy('pids')), '/a/b/c'), [
      join(mount, 'cpuset/a/b/cgroup.procs'),
      join(mount, 'pids/a/b/cgroup.procs'),
    ]);
    equal(existsSync(join(mount, 'pids/a/b')), true);
  });

  it('are not joined if LXC does not change them and those below inherit', () => {
    cpuset('a', '0-3', '0-1');
    deepEqual(prepareParents(layout(hierarchy('cpuset')), '/a/c'), []);
    cpuset('a/b', '0-3', '0-1');
    equal(prepareParents(layout(hierarchy('cpuset')), '/a/b/c').length, 1);
    writeFileSync(join(mount, 'cpuset/a/b/cgroup.clone_children'), '1\n');
    deepEqual(prepareParents(layout(hierarchy('cpuset')), '/a/b/c'), []);
    writeFileSync(join(mount, 'cpuset/a/cpuset.cpus'), '1');
    equal(prepareParents(layout(hierarchy('cpuset')), '/a/b/c').length, 1);
  });

  it('are joined in cgroup v2 beside v1 only while they have no controllers enabled', () => {
    cgroup('unified', 'a', { 'cgroup.subtree_control': '\n' });
    cpuset('a', '0');
    const both = layout(hierarchy('cpuset'), hierarchy('unified', 2));
    equal(prepareParents(both, '/a/b').length, 2);
    cgroup('unified', 'a', { 'cgroup.subtree_control': 'hugetlb\n' });
    deepEqual(prepareParents(both, '/a/b'), []);
    equal(value('cpuset/a/cgroup.clone_children'), '1');
  });

  it('are left to LXC on cgroup v2, and if no parents exist', () => {
    deepEqual(prepareParents({ all: [hierarchy('all', 2)], unified: true }, '/a/b'), []);
    deepEqual(prepareParents(layout(hierarchy('cpuset')), '/a'), []);
  });

  it('that cannot be completed are an error with the failed step', () => {
    cgroup('cpuset', 'a', { 'cpuset.cpus': '' });
    throws(
      () => prepareParents(layout(hierarchy('cpuset')), '/a/b'),
      /^RunlxcError: linux\.cgroupsPath: failed to read .*\/cpuset\/a\/cpuset\.mems: ENOENT$/,
    );
  });
});
