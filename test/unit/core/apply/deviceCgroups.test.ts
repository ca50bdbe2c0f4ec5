import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { devicePrograms } from '../../../../core/apply/deviceCgroups.ts';
import { writePlan } from '../../../../core/state/planFiles.ts';
import type { StoredPlan } from '../../../../hooks/engine.ts';
import type { OciDeviceRule } from '../../../../hooks/oci.ts';
import { record } from '../record.ts';

const none = { allow: false, access: 'rwm' };
const fuse = { type: 'c', major: 10, minor: 229, access: 'rw' } as const;
const tty = { allow: true, type: 'c', major: 4, minor: 64, access: 'rwm' };

describe('devices of a running container in cgroup v2', () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'pouch-devices-'))));
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const box = () =>
    record({
      paths: { directory },
      draft: { cgroupsPath: '/pouch/box', devices: {}, uidMappings: [], gidMappings: [] },
    });
  /** Stands for `pouch-devices`: writes down its arguments and its input. */
  function cgroups(last = 'exit 0') {
    const program = join(directory, 'pouch-devices');
    writeFileSync(program, `#!/bin/sh\necho "$@" >${directory}/args\ncat >${directory}/rules\n${last}\n`, {
      mode: 0o755,
    });
    return devicePrograms({ program, hierarchy: '/cgroups' });
  }
  const plan = (devices: OciDeviceRule[]) =>
    writePlan(box(), {
      spec: {
        ...{ ociVersion: '1.0.2', mounts: [], root: { path: 'rootfs' } },
        process: { args: [], env: [], cwd: '/', user: { uid: 0, gid: 0 } },
        linux: { namespaces: [], resources: { devices } },
      },
      ...{ plainSpec: {}, effects: [], blame: [], degraded: [], warnings: [] },
    } as unknown as StoredPlan);
  const rules = () => readFileSync(join(directory, 'rules'), 'utf8').split('\n');

  it('a device is allowed after the rule that forbids all, and before the rules of the plan', async () => {
    await plan([none, tty]);
    await cgroups().allow(box(), fuse);
    assert.deepEqual(rules().slice(0, 4), [
      'deny a *:* rwm',
      'allow c 10:229 rw',
      'allow c 4:64 rwm',
      'allow c *:* m',
    ]);
    assert.equal(rules().at(-1), '');
    const args = readFileSync(join(directory, 'args'), 'utf8');
    assert.equal(args, '/cgroups/pouch/box /cgroups/pouch/box/payload\n');
  });

  it('it is forbidden by the rules of the plan, or by those that are given', async () => {
    await plan([none, tty]);
    await cgroups().forbid(box(), fuse, { ownAccess: '' });
    assert.deepEqual(rules().slice(0, 3), ['deny a *:* rwm', 'allow c 4:64 rwm', 'allow c *:* m']);
    await cgroups().forbid(box(), fuse, { ownAccess: '', rules: [none] });
    assert.deepEqual(rules().slice(0, 2), ['deny a *:* rwm', 'allow c *:* m']);
  });

  it('a cgroup that is gone needs no rules; a program that fails says why', async () => {
    await plan([none]);
    await cgroups('exit 3').forbid(box(), fuse, { ownAccess: '' });
    await assert.rejects(cgroups('echo cannot load the program >&2; exit 1').allow(box(), fuse), {
      code: 'PCH_DEVICE_RULES_FAILED',
      message: 'the device rules of /pouch/box were not replaced: cannot load the program',
    });
    await assert.rejects(devicePrograms({ program: '/nosuch', hierarchy: '/' }).allow(box(), fuse), {
      code: 'PCH_DEVICE_RULES_FAILED',
      message: /ENOENT/,
    });
  });
});
