import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { derivedNames } from '../../../../config/derive.ts';
import { OwnNames } from '../../../../scripts/test/OwnNames.ts';

describe('names of tests on the host', () => {
  let workDir = '';
  let names: OwnNames;

  beforeEach(() => {
    workDir = mkdtempSync(join(tmpdir(), 'own-names-'));
    names = new OwnNames(workDir);
  });

  afterEach(() => {
    names.close();
    rmSync(workDir, { recursive: true });
  });

  /** Returns the names that a daemon derives from its state. */
  function derived(directory: string): { bridge: string; subnet: string; cgroup: string } {
    const names = derivedNames(join(directory, 'state'));
    return {
      bridge: names['network.bridge']!,
      subnet: names['network.subnet']!.replace('.0/24', ''),
      cgroup: names['cgroupParent']!,
    };
  }

  it('include those of their directories, even removed ones', async () => {
    const gone = mkdtempSync(join(workDir, 'pd-'));
    rmdirSync(gone);
    await names.upToNow();
    const name = basename(gone);
    for (const own of [name, `/pouch-${name}`, `${name}-runc1-c`, `lxc.payload.tmp:${name}:state:c`])
      assert.ok(names.areIn(own), own);
    for (const foreign of ['pd-', `${name}x`, `x${name}`, 'pd-AbCdEf', 'docker0', ''])
      assert.ok(!names.areIn(foreign), foreign);
  });

  it('include those that a daemon derives from its state in one of them', async () => {
    const directory = mkdtempSync(join(workDir, 'pd-'));
    await names.upToNow();
    const { bridge, subnet, cgroup } = derived(directory);
    const own = [
      bridge,
      `/sys/fs/cgroup/cpu${cgroup}`,
      `:POUCH-${bridge} - [0:0]`,
      `-A FORWARD -m comment --comment "pouch network ${bridge}" -j POUCH-${bridge}`,
      `-A CNI-HOSTPORT-DNAT -p tcp -m comment --comment "dnat name: \\"${bridge}\\" id: \\"c\\"" -j CNI-DN-1`,
      `-A CNI-DN-1 -p tcp -m tcp --dport 80 -j DNAT --to-destination ${subnet}.5:80`,
      `-A CNI-FORWARD -d ${subnet}.5/32 -j ACCEPT`,
    ];
    for (const text of own) assert.ok(names.areIn(text), text);
    const other = derived('/srv/other');
    const foreign = [
      other.bridge,
      other.cgroup,
      'pouch0',
      `-A CNI-FORWARD -d ${other.subnet}.5/32 -j ACCEPT`,
      `-A INPUT -s 1${subnet}.5/32 -j DROP`,
      `-A INPUT -s 9.${subnet} -j DROP`,
      '-A PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT',
    ];
    for (const text of foreign) assert.ok(!names.areIn(text), text);
  });

  it('exclude those that would be derived from other directories: they may be those of others', async () => {
    const directory = mkdtempSync(join(workDir, 'archives-'));
    await names.upToNow();
    const { bridge, subnet, cgroup } = derived(directory);
    for (const foreign of [bridge, cgroup, `${subnet}.5`]) assert.ok(!names.areIn(foreign), foreign);
    assert.ok(names.areIn(directory));
  });

  it('are added as directories are created', async () => {
    for (let count = 0; count < 3; count += 1) {
      const directory = mkdtempSync(join(workDir, 'pd-'));
      await names.upToNow();
      assert.ok(names.areIn(derived(directory).bridge));
    }
  });

  it('exclude caches, which tests need not remove', async () => {
    mkdirSync(join(workDir, 'node-compile-cache'));
    mkdirSync(join(workDir, 'jiti'));
    writeFileSync(join(workDir, 'left'), '');
    await names.upToNow();
    assert.deepEqual(names.leftFiles(), [join(workDir, 'left')]);
    assert.ok(!names.areIn('/sys/fs/cgroup/cpu/jiti'));
  });
});
