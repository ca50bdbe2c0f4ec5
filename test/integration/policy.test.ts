import assert from 'node:assert/strict';
import { chmod } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { useDaemon } from '../support/useDaemon.ts';

const pouchCommand = resolve(import.meta.dirname, '../../bin/pouch');
const nobody = 65534;

/** Root may do what the rules forbid to others. */
const yaml = `
socketGroup: nogroup
plugins:
  - name: policy
    options:
      rules:
        - { name: no-privileged, privileged: false, except: { uids: [0] }, hint: ask the operators }
        - { name: limits, limits: [pids], except: { uids: [0] } }
        - { name: devices, devices: [/dev/fuse], except: { uids: [0] } }
`;

describe('the policy of a host', function () {
  this.timeout(60_000);
  const daemon = useDaemon({ yaml });
  const { ok } = daemon;

  before(async () => {
    for (const path of [daemon.it.dir, daemon.it.state]) await chmod(path, 0o755);
  });

  /** The kernel reports the user of the process to pouchd. */
  async function asNobody(...args: string[]) {
    const ids = [`--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'];
    return await execa('setpriv', [...ids, pouchCommand, ...args], {
      env: { POUCH_HOST: daemon.it.host, HOME: join(daemon.it.dir, 'none') },
      reject: false,
    });
  }

  async function assertDenied(rule: RegExp, ...args: string[]): Promise<void> {
    const { exitCode, stderr } = await asNobody(...args);
    assert.notEqual(exitCode, 0);
    assert.match(stderr, rule);
    assert.match(stderr, /by plugin policy/);
    assert.match(stderr, /code: PCH_POLICY_DENIED/);
  }

  const limited = ['run', '--rm', '--network', 'none', '--pids-limit', '50'];

  it('refuses a device for a container that runs as it refuses one for a new container', async () => {
    await ok('run', '-d', '--name', 'box', ...limited.slice(2), 'busybox', 'sleep', '1000');
    await assertDenied(
      /rule devices: .*found \/dev\/loop-control/,
      'device',
      'add',
      'box',
      '/dev/loop-control',
    );
    assert.equal(await ok('device', 'ls', '-q', 'box'), '');
    assert.equal((await asNobody('device', 'add', 'box', '/dev/fuse')).exitCode, 0);
    assert.equal((await asNobody('device', 'rm', 'box', '/dev/fuse')).exitCode, 0);
    await ok('rm', '-f', 'box');
  });

  it('refuses a container that breaks a rule, and leaves nothing; one that meets them runs', async () => {
    const before = await daemon.it.inventory();
    await assertDenied(
      /rule no-privileged: .*\n.*\n?hint: ask the operators/,
      ...limited,
      '--privileged',
      'busybox',
      'true',
    );
    await assertDenied(/rule limits: .*found none for pids/, 'run', '--rm', 'busybox', 'true');
    assert.deepEqual(await daemon.it.leftovers(before), []);
    assert.equal((await asNobody(...limited, 'busybox', 'echo', 'ran')).stdout, 'ran');
  });

  it('shows the refusal in a plan', async () => {
    await assertDenied(/rule limits/, 'plan', 'run', 'busybox', 'true');
    assert.equal(
      (await asNobody('plan', ...limited.slice(0, 1), '--pids-limit', '50', 'busybox')).exitCode,
      0,
    );
  });

  it('does not bind the users that a rule excepts', async () => {
    assert.equal(
      await ok('run', '--rm', '--privileged', '--network', 'none', 'busybox', 'echo', 'ran'),
      'ran',
    );
  });

  it('binds execs and updates', async () => {
    await ok(
      'run',
      '-d',
      '--name',
      'box',
      '--memory',
      '64m',
      '--network',
      'none',
      'busybox',
      'sleep',
      '1000',
    );
    await assertDenied(/rule no-privileged/, 'exec', '--privileged', 'box', 'true');
    await assertDenied(/rule limits/, 'update', '--pids-limit', '-1', 'box');
    assert.equal((await asNobody('exec', 'box', 'echo', 'ran')).stdout, 'ran');
    assert.equal((await asNobody('update', '--pids-limit', '40', 'box')).exitCode, 0);
    await ok('exec', '--privileged', 'box', 'true');
    await ok('rm', '-f', 'box');
  });
});
