import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { execa } from 'execa';
import { devicePrograms } from '../../core/apply/deviceCgroups.ts';
import { programLines, replaceDeviceProgram } from '../../core/host/deviceProgram/replaceProgram.ts';
import type { OciDeviceRule } from '../../hooks/oci.ts';
import { skip } from '../support/skip.ts';
import { record } from '../unit/core/record.ts';

const program = resolve(import.meta.dirname, '../../bin/pouch-devices');
const hierarchy = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'].find((root) =>
  existsSync(join(root, 'cgroup.controllers')),
);

const none: OciDeviceRule = { allow: false, access: 'rwm' };
const allow = (type: string, major?: number, minor?: number, access = 'rwm'): OciDeviceRule => ({
  ...{ allow: true, type, access },
  ...(major !== undefined && { major }),
  ...(minor !== undefined && { minor }),
});
const deny = (...rule: Parameters<typeof allow>) => ({ ...allow(...rule), allow: false });

describe('the program of device rules in cgroup v2', function () {
  this.timeout(20_000);
  let directory: string;
  let root: string;
  before(function () {
    if (!hierarchy) skip(this, 'the host has no cgroup v2');
    directory = mkdtempSync(join(tmpdir(), 'pouch-devices-'));
    root = `/${basename(directory)}`;
    for (const path of ['', '/box', '/box/inner', '/web', '/web/payload']) mkdirSync(at(path));
  });
  after(() => {
    if (!directory) return;
    for (const path of ['/web/payload', '/web', '/box/inner', '/box', '']) rmdirSync(at(path));
    rmSync(directory, { recursive: true });
  });

  const at = (path: string) => join(hierarchy!, root, path);
  const replace = (cgroup: string, ...rules: OciDeviceRule[]) =>
    replaceDeviceProgram({ program, hierarchy: hierarchy! }, `${root}${cgroup}`, rules);
  /** Whether a process in the cgroup can do it. */
  async function can(script: string, cgroup = '/box'): Promise<boolean> {
    const enter = `echo $$ >${at(cgroup)}/cgroup.procs || exit 9; ${script}`;
    const { exitCode, stderr } = await execa('sh', ['-c', enter], { reject: false });
    assert.ok(exitCode === 0 || /not permitted/.test(stderr), stderr);
    return exitCode === 0;
  }
  const opens = (device: string, how = '<>', cgroup = '/box') => can(`exec 3${how}${device}`, cgroup);
  const makes = (...node: string[]) =>
    can(`mknod ${directory}/node ${node.join(' ')} && rm ${directory}/node`);

  it('allows what its rules allow, in the cgroup and below it, and nothing else', async () => {
    assert.ok(await opens('/dev/zero'));
    await replace('/box', none, allow('c', 1, 3));
    for (const cgroup of ['/box', '/box/inner']) {
      assert.ok(await opens('/dev/null', '<>', cgroup));
      assert.ok(!(await opens('/dev/zero', '<', cgroup)), cgroup);
    }
    assert.ok(await opens('/dev/zero', '<>', ''));
  });

  it('is replaced as a whole: added devices are allowed, and omitted ones forbidden', async () => {
    await replace('/box', none, allow('c', 1, 3), allow('c', 1, 5));
    assert.ok(await opens('/dev/zero'));
    await replace('/box', none, allow('c', 1, 3));
    assert.ok(!(await opens('/dev/zero')));
    assert.ok(await opens('/dev/null'));
  });

  it('the last rule that matches decides, for each kind of access', async () => {
    await replace('/box', none, allow('c', 1, 5), deny('c', 1, 5, 'w'), allow('c', 1, 3, 'r'));
    assert.ok(await opens('/dev/zero', '<'));
    assert.ok(!(await opens('/dev/zero')));
    assert.ok(!(await opens('/dev/null', '>')));
    await replace(
      '/box',
      none,
      allow('c', 1, 3, 'r'),
      allow('c', 1, 3, 'w'),
      deny('c', 1, 5),
      allow('c', 1, 5),
    );
    assert.ok(await opens('/dev/null'));
    assert.ok(await opens('/dev/zero'));
    await replace('/box', allow('c', 1, 5), none);
    assert.ok(!(await opens('/dev/zero', '<')));
  });

  it('* is any number, and mknod is not open', async () => {
    await replace('/box', none, allow('c', 1), allow('c', undefined, undefined, 'm'));
    assert.ok(await opens('/dev/zero'));
    assert.ok(await makes('c', '10', '229'));
    assert.ok(!(await makes('b', '7', '0')));
    assert.ok(!(await can(`mknod ${directory}/fuse c 10 229 && exec 3<${directory}/fuse`)));
    rmSync(join(directory, 'fuse'));
    await replace('/box', allow('a'));
    assert.ok(await makes('b', '7', '0'));
  });

  it('programs of cgroups above stay', async () => {
    await replace('', none, allow('c', 1, 3));
    await replace('/box', allow('a'));
    assert.ok(!(await opens('/dev/zero')));
    await replace('', allow('a'));
    assert.ok(await opens('/dev/zero'));
  });

  it('takes the place of several programs, and of the one of a runtime beside its monitor', async () => {
    await replace('/web', none);
    assert.ok(!(await opens('/dev/null', '<', '/web/payload')), 'none had a program: the lower one');
    assert.ok(await opens('/dev/null', '<', '/web'));
    await replace('/web', none, allow('c', 1, 3));
    assert.ok(await opens('/dev/null', '<', '/web/payload'));
    assert.ok(await opens('/dev/zero', '<', '/web'));
  });

  it('is the same after calls at the same time: one that forbids is never lost', async () => {
    await Promise.all([1, 2, 3, 4].map(() => replace('/box', none, allow('c', 1, 3))));
    assert.ok(await opens('/dev/null'));
    assert.ok(!(await opens('/dev/zero')));
    await replace('/box', none, allow('c', 1, 5));
    assert.ok(await opens('/dev/zero'));
    assert.ok(!(await opens('/dev/null')));
  });

  it('a call that fails changes nothing, and the next one works', async () => {
    await replace('/box', none, allow('c', 1, 3));
    for (const rules of [[allow('x', 1, 3)], [allow('c', 1, 3, 'rx')], [allow('c', 2 ** 31, 3)]])
      await assert.rejects(replace('/box', ...rules), {
        code: 'PCH_DEVICE_RULES_FAILED',
        message: /rule 1:/,
      });
    const many = Array.from({ length: 300 }, (_, minor) => allow('c', 7, minor));
    await assert.rejects(replace('/box', ...many), { message: /at most 256 rules/ });
    await assert.rejects(replace('/box'), { message: /found nothing/ });
    assert.ok(await opens('/dev/null'));
    assert.ok(!(await opens('/dev/zero')));
    await replace('/nosuch', none);
    await replace('/box', none, ...many.slice(0, 200), allow('c', 1, 5));
    assert.ok(await opens('/dev/zero'));
  });

  it('refuses what is not a cgroup', async () => {
    const { stderr, exitCode } = await execa(program, [directory], {
      ...{ reject: false, input: `${programLines([none]).join('\n')}\n` },
    });
    assert.match(stderr, /is not a directory of cgroup v2/);
    assert.equal(exitCode, 1);
  });

  it('a container keeps the default devices when one is taken away', async () => {
    const { forbid } = devicePrograms({ program, hierarchy: hierarchy! });
    const box = record({ draft: { cgroupsPath: `${root}/box` } });
    const fuse = { type: 'c', major: 10, minor: 229, access: 'rwm' } as const;
    await forbid(box, fuse, { ownAccess: 'rwm', rules: [none] });
    assert.ok(await opens('/dev/null'));
    assert.ok(await makes('c', '10', '229'));
    assert.ok(!(await opens('/dev/kmsg', '<')));
  });
});
