import assert from 'node:assert/strict';
import type { ContainerCreateRequest } from '../../../../client/wire.ts';
import { type PouchError } from '../../../../hooks/errors.ts';
import type { Plan } from '../../../../hooks/plan.ts';
import profiles from '../../../../plugins/profiles/index.ts';
import { createHarness } from '../../../../testing/index.ts';
import { toContainerRequest } from '../../../../translate/index.ts';
import { requestFor } from '../../cli/support/flagsOf.ts';

const presets = {
  'legacy-vm': {
    rich: 'systemd',
    memory: '2g',
    cpus: 1.5,
    env: ['TZ=Europe/Berlin', 'LANG=C'],
    label: { owner: 'ops', tier: 1 },
    ulimit: ['nofile=1024:2048', 'core=0'],
    dns: '192.0.2.1',
    restart: 'unless-stopped',
    'cap-add': ['NET_ADMIN', 'SYS_TIME'],
    tmpfs: ['/run:size=64m'],
    hostname: 'legacy',
    'read-only': true,
  },
  web: {
    env: { LANG: 'de_DE.UTF-8', WEB: '1' },
    'cap-drop': 'net_admin',
    memory: '512m',
    dns: ['192.0.2.2'],
  },
  small: { 'cpu-quota': 50000, 'cpu-period': 100000, 'read-only': false },
};

describe('profiles', () => {
  /** Plans `pouch run` with these options, as the daemon does. */
  async function planned(args: string[], options: object = { profiles: presets }): Promise<Plan> {
    return planBody(requestFor([...args, 'busybox']), { isLiteral: true }, options);
  }

  async function planBody(
    body: ContainerCreateRequest,
    { isLiteral }: { isLiteral: boolean },
    options: object = { profiles: presets },
  ): Promise<Plan> {
    const rich = { name: 'rich', setup: ({ hooks }: never) => confirmRich(hooks) };
    const harness = await createHarness(profiles, { options: { ...options }, neighbours: [rich] });
    return harness.plan({ ...toContainerRequest({ ...body, Image: 'busybox' }, { isLiteral }).request });
  }

  function confirmRich(hooks: never): void {
    const { container } = hooks as {
      container: { spec: { tap(run: (draft: Plan['draft']) => void): void } };
    };
    container.spec.tap((draft) => {
      if (draft.rich.enabled) draft.annotations['io.pouch.rich'] = draft.rich.mode;
    });
  }

  it('have health checks, or none', async () => {
    const checked = { 'health-cmd': 'true', 'health-interval': '5s', 'health-on-failure': 'kill' };
    const options = {
      profiles: { checked, unchecked: { 'no-healthcheck': true }, same: { 'no-healthcheck': false } },
    };
    const of = async (...args: string[]) => (await planned(args, options)).draft.healthcheck;
    assert.deepEqual(await of('--profile', 'checked', '--health-timeout', '1s'), {
      test: ['CMD-SHELL', 'true'],
      interval: 5000,
      timeout: 1000,
      onFailure: 'kill',
    });
    assert.deepEqual(await of('--profile', 'unchecked'), { test: ['NONE'] });
    assert.equal(await of('--profile', 'same'), undefined);
  });

  it('give a container what its request does not have', async () => {
    const { draft } = await planned(['--profile', 'legacy-vm']);
    assert.deepEqual(draft.rich, { enabled: true, mode: 'systemd', initScript: '' });
    assert.equal(draft.resources.memory?.limit, 2 * 1024 ** 3);
    assert.equal(draft.resources.cpu?.quota, 150_000);
    assert.equal(draft.process.env['TZ'], 'Europe/Berlin');
    assert.equal(draft.labels['tier'], '1');
    assert.deepEqual(draft.process.rlimits['RLIMIT_NOFILE'], { soft: 1024, hard: 2048 });
    assert.deepEqual(draft.network.dns, ['192.0.2.1']);
    assert.equal(draft.restart.name, 'unless-stopped');
    assert.ok(draft.process.capabilities['CAP_NET_ADMIN']);
    assert.equal(draft.mounts['/run']?.type, 'tmpfs');
    assert.equal(draft.hostname, 'legacy');
    assert.equal(draft.rootfs.readonly, true);
  });

  it('merge maps and lists by key, and of the rest the later one wins', async () => {
    const { draft } = await planned(['--profile', 'legacy-vm', '--profile', 'web', '--profile', 'small']);
    const { env, capabilities } = draft.process;
    assert.deepEqual([env['TZ'], env['LANG'], env['WEB']], ['Europe/Berlin', 'de_DE.UTF-8', '1']);
    assert.ok(capabilities['CAP_SYS_TIME']);
    assert.equal(capabilities['CAP_NET_ADMIN'], undefined);
    assert.equal(draft.resources.memory?.limit, 512 * 1024 ** 2);
    assert.equal(draft.resources.cpu?.quota, 50_000);
    assert.deepEqual(draft.network.dns, ['192.0.2.2']);
    assert.equal(draft.rootfs.readonly, false);
  });

  it('never win over an option of the request', async () => {
    const args = ['-m', '64m', '-e', 'LANG=fr', '--read-only=false', '--restart', 'no', '--cpus', '1'];
    const { draft } = await planned(['--profile', 'legacy-vm', ...args, '--rich-mode', 'sbin-init']);
    assert.equal(draft.resources.memory?.limit, 64 * 1024 ** 2);
    assert.equal(draft.resources.cpu?.quota, 100_000);
    assert.equal(draft.process.env['LANG'], 'fr');
    assert.equal(draft.rootfs.readonly, false);
    assert.equal(draft.restart.name, 'no');
    assert.deepEqual(draft.rich, { enabled: true, mode: 'sbin-init', initScript: '' });
  });

  it('take zero values of Docker’s clients for options that nobody has set', async () => {
    const { draft } = await planBody(
      {
        Labels: { 'io.pouch.profile': 'legacy-vm, web' },
        Hostname: '',
        Env: [],
        HostConfig: {
          Memory: 0,
          NanoCpus: 0,
          ReadonlyRootfs: false,
          Privileged: false,
          NetworkMode: 'default',
          RestartPolicy: { Name: 'no', MaximumRetryCount: 0 },
          Dns: [],
          CapAdd: null,
          LogConfig: { Type: '', Config: {} },
          ShmSize: 0,
        },
      },
      { isLiteral: false },
    );
    assert.equal(draft.hostname, 'legacy');
    assert.equal(draft.resources.memory?.limit, 512 * 1024 ** 2);
    assert.equal(draft.rootfs.readonly, true);
    assert.equal(draft.restart.name, 'unless-stopped');
    assert.deepEqual(draft.network.dns, ['192.0.2.2']);
  });

  it('blame each field on the profile that set it last, and on the request', async () => {
    const { blame } = await planned(['--profile', 'legacy-vm', '--profile', 'web', '-e', 'WEB=2']);
    const lastOf = (field: string) => {
      const { plugin, hook } = blame.findLast((entry) => entry.field === field) ?? {};
      return `${plugin} ${hook}`;
    };
    assert.equal(lastOf('resources.memory.limit'), 'profiles profile web');
    assert.equal(lastOf('process.env.TZ'), 'profiles profile legacy-vm');
    assert.equal(lastOf('process.env.WEB'), 'request create');
  });

  it('have no blame for what every request sets', async () => {
    const { blame } = await planned(['--profile', 'small']);
    const fields = blame.filter(({ plugin }) => plugin === 'profiles').map(({ field }) => field);
    assert.deepEqual(fields, ['resources.cpu.quota', 'resources.cpu.period']);
  });

  it('are not in the plain spec, which has no plugins', async () => {
    const { plainSpec } = await planned(['--profile', 'legacy-vm', '-e', 'OWN=1']);
    assert.equal(plainSpec.linux.resources?.memory, undefined);
    assert.ok(plainSpec.process.env?.includes('OWN=1'));
  });

  it('have networks, which later ones replace', async () => {
    const options = {
      profiles: {
        front: { network: ['none'], 'network-alias': 'w' },
        back: { network: ['bridge'] },
        host: { 'network-alias': 'w' },
      },
    };
    const { draft } = await planned(['--profile', 'front', '--profile', 'back'], options);
    assert.deepEqual([draft.network.mode, draft.network.request.aliases], ['bridge', ['w']]);
    const { draft: own } = await planned(['--profile', 'host', '--network', 'none'], options);
    assert.equal(own.network.mode, 'none');
    const all = await planned(['--profile', 'host', '--profile', 'front'], options);
    assert.equal(all.draft.network.mode, 'none');
  });

  it('complete options that need another one', async () => {
    const { draft } = await planned(['--profile', 'web', '--memory-swap', '1g']);
    assert.equal(draft.resources.memory?.swap, 1024 ** 3);
    await assert.rejects(planned(['--profile', 'web', '--memory-swap', '256m']), {
      code: 'PCH_OPTION_INVALID',
    });
  });

  it('name the profile whose option this host cannot have', async () => {
    const options = { profiles: { huge: { cpus: 4000 } } };
    await assert.rejects(planned(['--profile', 'huge'], options), (error: PouchError) => {
      assert.equal(error.plugin, 'profiles');
      assert.match(error.message, /^profile huge, cpus.*: .*found 4000/);
      return true;
    });
    await planned(['--profile', 'huge', '--cpus', '1'], options);
  });

  it('that do not exist are errors with the names of those that do', async () => {
    await assert.rejects(planned(['--profile', 'legcy-vm']), (error: PouchError) => {
      assert.equal(error.code, 'PCH_PROFILE_NOT_FOUND');
      assert.match(error.message, /found "legcy-vm" \(did you mean legacy-vm\?\)/);
      assert.match(error.hint ?? '', /legacy-vm, web, small/);
      return true;
    });
  });

  it('are not chosen by labels of an image', async () => {
    const labelled = { busybox: { config: { Cmd: ['sh'], Labels: { 'io.pouch.profile': 'legacy-vm' } } } };
    const harness = await createHarness(profiles, { options: { profiles: presets }, images: labelled });
    const { draft } = await harness.plan({});
    assert.equal(draft.labels['io.pouch.profile'], 'legacy-vm');
    assert.equal(draft.resources.memory, undefined);
  });

  it('mask what secret-env sets', async () => {
    const options = { profiles: { db: { 'secret-env': ['DSN=postgres://top:secret@db'] } } };
    const plan = await planned(['--profile', 'db'], options);
    assert.equal(plan.draft.process.env['DSN'], 'postgres://top:secret@db');
    assert.ok(!JSON.stringify([plan.blame, plan.plainSpec]).includes('top:secret'));
  });

  describe('are checked when they are loaded:', () => {
    const mistakes: [title: string, words: object, message: RegExp][] = [
      [
        'a size',
        { memory: 'lots' },
        /profiles\.p\.memory: expected a size such as 512m or 1\.5g, found "lots"/,
      ],
      ['less memory than a process needs', { memory: '1m' }, /p\.memory: memory: expected at least 6 MiB/],
      [
        'an unknown option',
        { memori: '1g' },
        /p\.memori: expected an option of `pouch run` without its dashes/,
      ],
      [
        'an option of one run',
        { detach: true },
        /p\.detach: profiles do not take it: it is about the terminal/,
      ],
      [
        'an address',
        { network: ['shop', { name: 'back', ip: '10.0.0.5' }] },
        /p\.network: profiles do not take 10\.0\.0\.5: an address belongs to one container/,
      ],
      ['a name', { name: 'web' }, /p\.name: profiles do not take it: a name belongs to one container/],
      ['a switch', { init: 'yes' }, /p\.init: expected true or false, found the string "yes"/],
      [
        'a list in place of a text',
        { hostname: ['a'] },
        /p\.hostname: expected a text or a number, found a list/,
      ],
      ['a map in place of a list', { dns: { a: 1 } }, /p\.dns: expected a list of texts, found a map/],
      ['a variable without a value', { env: ['HOME'] }, /p\.env: expected NAME=VALUE/],
      ['a relative path', { volume: ['./data:/data'] }, /p\.volume: expected an absolute path/],
      ['nested profiles', { label: ['io.pouch.profile=q'] }, /p\.label: a profile cannot choose profiles/],
      ['two ways to limit CPUs', { cpus: 1, 'cpu-quota': 5000 }, /p: cpus: expected either this or/],
      [
        'a mode without rich',
        { 'rich-mode': 'systemd' },
        /p\.rich-mode: rich-mode is only for rich containers/,
      ],
      ['swap without memory', { 'memory-swap': '1g' }, /p: memory-swap: expected memory to be set too/],
    ];
    for (const [title, words, message] of mistakes)
      it(title, async () => {
        await assert.rejects(createHarness(profiles, { options: { profiles: { p: words } } }), message);
      });

    it('every mistake is reported', async () => {
      const both = { profiles: { p: { memory: 'x', cpus: 'y' } } };
      await assert.rejects(createHarness(profiles, { options: both }), /p\.memory: .*; profiles\.p\.cpus: /);
    });

    it('values of secret-env are not shown', async () => {
      const bad = { profiles: { p: { 'secret-env': ['s3cr3t-value'] } } };
      await assert.rejects(createHarness(profiles, { options: bad }), (error: Error) => {
        assert.ok(!error.message.includes('s3cr3t'), error.message);
        return true;
      });
    });
  });
});
