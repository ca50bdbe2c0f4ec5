import assert from 'node:assert/strict';
import { planExec } from '../../../../core/plan/exec.ts';
import type { Plugin } from '../../../../hooks/definePlugin.ts';
import type { ContainerDraft } from '../../../../hooks/draft.ts';
import type { ExecRequest } from '../../../../hooks/engine.ts';
import type { OciProcess } from '../../../../hooks/oci.ts';
import { load, plugin } from '../plugins/support/load.ts';
import { record } from '../record.ts';

const own: OciProcess = {
  terminal: false,
  user: { uid: 0, gid: 0 },
  args: ['server'],
  env: ['PATH=/bin'],
  cwd: '/srv',
  noNewPrivileges: true,
  capabilities: { bounding: ['CAP_CHOWN'], effective: ['CAP_CHOWN'], permitted: ['CAP_CHOWN'] },
};

describe('the plan of an exec', () => {
  const plan = async (
    request: Partial<ExecRequest>,
    plugins: Plugin[] = [],
    marked: Pick<ContainerDraft, 'secrets'> = {},
    groups: string[] = [],
  ) => {
    const { generation, log } = await load(plugins);
    const container = record({
      draft: {
        ...marked,
        process: {
          entrypoint: [],
          command: ['server'],
          env: { PATH: '/bin' },
          cwd: '/srv',
          user: '',
          groups,
          tty: false,
          openStdin: false,
          stdinOnce: false,
          init: false,
          privileged: false,
          noNewPrivileges: true,
          capabilities: { CAP_CHOWN: true },
          rlimits: {},
        },
      },
    });
    return await planExec({ args: ['id'], ...request }, container.draft, generation, {
      log,
      ownProcess: () => Promise.resolve(own),
      accounts: () =>
        Promise.resolve({ passwd: 'root:x:0:0::/root:/bin/sh\nann:x:7:8::/home/ann:/bin/sh', group: '' }),
      allCapabilities: () => Promise.resolve(['CAP_SYS_ADMIN', 'CAP_CHOWN']),
    });
  };

  it('keeps what the container has and the request does not name', async () => {
    const { process } = await plan({});
    assert.equal(process.cwd, '/srv');
    assert.equal(process.noNewPrivileges, true);
    assert.deepEqual(process.args, ['id']);
    assert.deepEqual(process.env, ['HOME=/root', 'PATH=/bin']);
    assert.deepEqual(process.capabilities, own.capabilities);
  });

  it('marks the variables of the request and of the container', async () => {
    const seen: unknown[] = [];
    const look = plugin('look', ({ hooks }) =>
      hooks.container.preExec.tap(({ secrets }) => void seen.push(secrets)),
    );
    const container = { secrets: { 'process.env.DSN': true, 'labels.a': true } } as const;
    const { secrets } = await plan({ secretEnv: ['A.B'] }, [look], container);
    const marks = { 'env.DSN': true, 'env["A.B"]': true };
    assert.deepEqual([secrets, seen], [{ secrets: marks }, [marks]]);
    assert.deepEqual((await plan({})).secrets, {});
  });

  it('gives another user no effective capabilities', async () => {
    const { process } = await plan({ user: 'ann' });
    assert.deepEqual([process.user.uid, process.user.gid], [7, 8]);
    assert.deepEqual(process.capabilities, { bounding: ['CAP_CHOWN'], effective: [], permitted: [] });
  });

  it('gives every user the groups that the container was given, and a login those of its account', async () => {
    const ids = async (request: Partial<ExecRequest>) =>
      (await plan(request, [], {}, ['20'])).process.user.additionalGids;
    assert.deepEqual(await ids({ user: 'ann' }), [8, 20]);
    assert.deepEqual(await ids({ login: true }), [0]);
  });

  it('gives a privileged process every capability', async () => {
    const { process } = await plan({ privileged: true });
    assert.deepEqual(process.capabilities?.effective, ['CAP_CHOWN', 'CAP_SYS_ADMIN']);
  });

  it('applies the taps of container.preExec last, and names them', async () => {
    const audit = plugin('audit', ({ hooks }) =>
      hooks.container.preExec.tap((draft) => {
        draft.env['AUDIT'] = '1';
      }),
    );
    const { process, blame } = await plan({ env: { AUDIT: '0' } }, [audit]);
    assert.ok(process.env.includes('AUDIT=1'));
    assert.deepEqual(
      blame.map(({ plugin: name, field }) => [name, field]),
      [['audit', 'env.AUDIT']],
    );
  });
});
