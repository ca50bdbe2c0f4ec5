import assert from 'node:assert/strict';
import { lstat, mkdir, readdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { ask } from '../support/RawClient.ts';
import { useDaemon } from '../support/useDaemon.ts';

const sleeper = '{ image: busybox, command: [sleep, "1000"], network: none, stop-timeout: 0';

describe('a file that is applied', function () {
  this.timeout(120_000);
  this.slow(20_000);
  const daemon = useDaemon({ env: { FLEET_COLOUR: 'red' } });
  const { pouch, ok } = daemon;
  const stored = () => join(daemon.it.root, 'host-agent', 'applied.json');
  const file = async (text: string, name = 'app.yaml') => {
    await writeFile(join(daemon.it.dir, name), text);
    return join(daemon.it.dir, name);
  };
  const names = async () =>
    (await daemon.it.client.containers.list({ all: true })).map(({ Names }) => Names[0]!.slice(1)).toSorted();

  afterEach(async () => {
    await daemon.it.configure('');
    await ok('apply', '--host-files', '--prune', '--yes');
    assert.deepEqual(await names(), []);
  });

  it('takes the place of the declarations of the files until another one does', async () => {
    await daemon.it.configure(`containers:\n  own: ${sleeper} }\n`);
    await ok('apply');
    const path = await file(
      `profiles:\n  small: { memory: 32m }\ncontainers:\n  web: ${sleeper}, profiles: [small],\n    env: { COLOUR: "\${env:FLEET_COLOUR}" } }\n`,
    );
    const dry = await pouch('apply', '-f', path, '--dry-run', '--prune');
    assert.equal(dry.exitCode, 2, dry.stderr);
    assert.match(dry.stdout, /\+ container web: create {2}\(.*app\.yaml:4\)\n- container own: remove/);
    assert.deepEqual(await names(), ['own']);
    await assert.rejects(stat(stored()), { code: 'ENOENT' });

    const held = await pouch('apply', '-f', path);
    assert.equal(held.exitCode, 1);
    assert.match(held.stdout, /held: it ends 1 of 1/);
    await ok('apply', '-f', path, '--prune', '--yes');
    const web = await daemon.it.inspect('web');
    assert.equal(web?.HostConfig.Memory, 32 * 1024 ** 2);
    assert.ok(web.Config.Env?.includes('COLOUR=red'));
    assert.equal((await stat(stored())).mode & 0o777, 0o600);
    assert.match(
      await ok('status', '-a'),
      /app\.yaml is in force since .*, applied by user 0;.*\n.*\n.*app\.yaml:4/,
    );
    assert.match(await ok('history'), /apply of .*app\.yaml by user 0/);
    const shown = await execa(
      join(process.cwd(), 'bin/pouchd'),
      ['--config', daemon.it.configFile, '--print-config'],
      {
        env: { FLEET_COLOUR: 'red' },
      },
    );
    assert.match(shown.stdout, /containers:\n +# .*app\.yaml:3\n +web:.*COLOUR: \$\{env:FLEET_COLOUR\}/s);

    // An apply without a file, a change of the host's files, and a restart leave it in force.
    await daemon.it.configure(`containers:\n  own: ${sleeper} }\n  two: ${sleeper} }\n`);
    assert.match(await ok('apply'), /nothing to do/);
    await daemon.it.kill9();
    await daemon.it.start();
    assert.ok(
      await waitUntil(async () => (await daemon.it.client.agent.status()).Ok === 1, { withinMs: 30_000 }),
    );
    assert.deepEqual(await names(), ['web']);

    await execa(
      join(process.cwd(), 'bin/pouch'),
      ['-H', daemon.it.host, 'apply', '-f', '-', '--prune', '--yes'],
      {
        input: `profiles: { small: { memory: 32m } }\ncontainers: { other: ${sleeper} } }`,
      },
    );
    assert.deepEqual(await names(), ['other']);
    assert.match(await ok('status', '-a'), /stdin:2/);
    // A change without a step of an object.
    const other = await file(`profiles: {}\ncontainers: { other: ${sleeper} } }`, 'other.yaml');
    const quiet = await pouch('apply', '-f', other, '--dry-run');
    assert.deepEqual(
      [quiet.exitCode, quiet.stdout],
      [2, 'no object changes, but the declarations are not in force yet\n'],
    );
    const back = await pouch('rollback');
    assert.equal(back.exitCode, 0, back.stdout + back.stderr);
    assert.deepEqual(await names(), ['web']);
    await ok('apply', '--prune', '--yes');
    assert.deepEqual(await names(), ['other']);
    await ok('apply', '--host-files', '--prune', '--yes');
    assert.deepEqual(await names(), ['own', 'two']);
    await assert.rejects(stat(stored()), { code: 'ENOENT' });
  });

  it('is refused with its mistakes, and then changes nothing', async () => {
    const cases: [text: string, message: RegExp][] = [
      ['', /expected declarations: .*, found none/],
      ['containers: [', /app\.yaml:1:\d+: /],
      [
        'log: { level: debug }\ncontainers: {}',
        /app\.yaml:1:1: log: expected one of profiles.*pouchd\.yaml on the host/,
      ],
      ['containers:\n  web: { imagee: x }', /app\.yaml:2: containers\.web/],
      [`containers:\n  web: ${sleeper}, memory: lots }`, /app\.yaml:2: containers\.web\.memory/],
      [
        `containers:\n  web: ${sleeper},\n    env: { A: "\${file:/no/such}" } }`,
        /app\.yaml:3:\d+: containers\.web\.env\.A/,
      ],
      ['profiles:\n  bad: { memory: lots }\ncontainers: {}', /app\.yaml:2: .*memory/],
      ['apiVersion: v9\ncontainers: {}', /app\.yaml:1:1\d: apiVersion: expected pouch\/v1/],
    ];
    const before = await ok('apply', '-f', await file(`containers: { web: ${sleeper} } }`, 'good.yaml'));
    assert.match(before, /1 done/);
    const good = await readFile(stored(), 'utf8');
    for (const [text, message] of cases) {
      const refused = await pouch('apply', '-f', await file(text), '--prune', '--yes');
      assert.equal(refused.exitCode, 1, text);
      assert.match(refused.stderr + refused.stdout, message, text);
      assert.equal(await readFile(stored(), 'utf8'), good, text);
      assert.deepEqual(await names(), ['web'], text);
    }
    // As with the host's files, what only an object cannot have leaves the others alone.
    const unknown = await pouch(
      'apply',
      '-f',
      await file(`containers:\n  web: ${sleeper}, profiles: [nosuch] }`),
    );
    assert.match(unknown.stdout, /! .*app\.yaml:2: containers\.web: .*"nosuch"/);
    assert.deepEqual(await names(), ['web']);
    assert.match((await pouch('apply', '-f', '/no/such')).stderr, /--file: expected a readable file/);
    assert.match((await pouch('apply', '-f', '/dev/zero')).stderr, /at most 512 KiB/);
    assert.match((await pouch('apply', '-f', 'x', '--host-files')).stderr, /exclude each other/);
  });

  it('that is refused at its load leaves the host to be tried again', async () => {
    const source = join(daemon.it.dir, 'late');
    const late = `${sleeper}, mount: ["type=bind,source=${source},target=/late"] }`;
    const failed = await pouch('apply', '-f', await file(`containers: { late: ${late} }`));
    assert.equal(failed.exitCode, 1, failed.stdout);
    const bad = await file('profiles: { bad: { memory: lots } }\ncontainers: {}', 'bad.yaml');
    assert.equal((await pouch('apply', '-f', bad, '--prune', '--yes')).exitCode, 1);
    await mkdir(source);
    await daemon.it.until('late', 'running');
  });

  it('rolls back by itself after a failure if asked to', async () => {
    await ok('apply', '-f', await file(`containers: { web: ${sleeper}, memory: 32m } }`));
    const bad = await file(
      `containers: { web: ${sleeper}, memory: 64m }, bad: { image: busybox, command: [/no-such] } }`,
    );
    const failed = await pouch('apply', '-f', bad, '--rollback-on-failure');
    assert.equal(failed.exitCode, 1);
    assert.match(failed.stdout, /rolling back to generation/);
    assert.deepEqual(await names(), ['web']);
    assert.equal((await daemon.it.inspect('web'))?.HostConfig.Memory, 32 * 1024 ** 2);
  });

  it('comes from a git repository once per commit, by the script of the example', async () => {
    const script = join(process.cwd(), 'examples/fleet/pouch-pull');
    const origin = join(daemon.it.dir, 'origin');
    const sh = (command: string, cwd = daemon.it.dir) =>
      execa('sh', ['-ec', command], {
        cwd,
        reject: false,
        env: { POUCH_HOST: daemon.it.host, PATH: `${join(process.cwd(), 'bin')}:${process.env['PATH']}` },
      });
    const commit = async (text: string) => {
      await writeFile(join(origin, 'host.yaml'), text);
      const git = 'git -c user.name=test -c user.email=test@localhost';
      const done = await sh(`git add . && ${git} commit -qm change`, origin);
      assert.equal(done.exitCode, 0, done.stderr);
    };
    const pull = () => sh(`${script} work host.yaml`);
    assert.equal((await sh('git init -q -b main origin')).exitCode, 0);
    await commit(`containers: { web: ${sleeper} } }`);
    assert.equal((await sh('git clone -q origin work')).exitCode, 0);
    assert.match((await pull()).stdout, /container web: create done/);
    assert.equal((await pull()).stdout, '');
    await commit('containers: { web: { image: busybox, command: [/no-such] } }');
    assert.equal((await pull()).exitCode, 1);
    assert.match((await pull()).stderr, /^commit \w+ has failed, and is not applied again/);
    assert.equal((await daemon.it.inspect('web'))?.State.Status, 'running');
    await commit(`containers: { web: ${sleeper}, memory: 32m } }`);
    await daemon.it.stop();
    assert.match((await pull()).stderr, /PCH_DAEMON_UNREACHABLE/);
    await daemon.it.start();
    await ok('apply', '--pause');
    assert.match((await pull()).stdout, /^paused by user 0 [^\n]*$/);
    // The file that has failed is still in force, and fails again.
    await pouch('apply', '--resume');
    assert.match((await pull()).stdout, /memory: .* -> 32m/);
  });

  it('waits while the host is paused, also after a restart', async () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, index) => `c${index}: ${sleeper} }`).join(', ');
    await ok('apply', '-f', await file(`containers: { ${many(1)} }`));
    const applying = pouch('apply', '-f', await file(`containers: { ${many(16)} }`));
    assert.ok(await waitUntil(async () => (await names()).length > 1, { withinMs: 30_000, everyMs: 5 }));
    await ok('apply', '--pause');
    const cut = await applying;
    assert.equal(cut.exitCode, 1);
    assert.match(cut.stdout, /generation \d+: \d+ done, 0 failed, [1-9]\d* left/);
    const count = (await names()).length;
    assert.ok(count < 16);

    await ok('rm', '-f', 'c0');
    await daemon.it.kill9();
    await daemon.it.start();
    const refused = await pouch('apply');
    assert.match(refused.stderr, /the host is paused by user 0 since .*\ncode: PCH_AGENT_PAUSED/s);
    assert.match((await pouch('rollback')).stderr, /PCH_AGENT_PAUSED/);
    assert.match(
      (await pouch('status')).stdout,
      new RegExp(`paused by user 0 since .*, ${17 - count} pending`),
    );
    assert.equal((await pouch('apply', '--dry-run')).exitCode, 2);
    assert.equal((await names()).length, count - 1);
    await ok('apply', '--resume');
    assert.equal((await names()).length, 16);
    assert.ok(!(await ok('status')).includes('paused'));
    assert.match((await pouch('apply', '--pause', '--dry-run')).stderr, /--pause takes .*no other option/);
  });

  describe('that is damaged', () => {
    const aside = () => `${stored()}.damaged`;
    const directory = () => join(daemon.it.root, 'host-agent');
    const lines = `containers:
  web: ${sleeper}, memory: 32m }
  away: ${sleeper} }
`;
    /** With files of the host that declare something else. */
    async function apply(): Promise<number> {
      await daemon.it.configure(`containers:\n  own: ${sleeper} }\n`);
      const output = await ok('apply', '-f', await file(lines), '--prune', '--yes');
      return Number(/generation (\d+)/.exec(output)?.[1]);
    }
    /** Kills pouchd, has the file damaged, and starts it again. */
    async function restart(damage: () => Promise<void>): Promise<void> {
      await daemon.it.kill9();
      await damage();
      await daemon.it.start();
      await converged();
    }
    const converged = async () => {
      const isDone = async () => {
        const status = await daemon.it.client.agent.status().catch(() => undefined);
        return status?.ConvergedAt !== undefined && !status.Busy;
      };
      assert.ok(await waitUntil(isDone, { withinMs: 30_000 }));
    };
    const idOf = async (name: string) => (await daemon.it.inspect(name))?.Id;
    const metrics = async () =>
      (await ask(join(daemon.it.state, 'pouchd.sock'), 'GET', '/pouch/metrics')).text;

    const damages: [what: string, found: string, damage: () => Promise<void>][] = [
      ['is truncated', 'other content', async () => truncate(stored(), 40)],
      ['is empty', 'an empty file', () => truncate(stored(), 0)],
      ['has zeros', 'other content', () => writeFile(stored(), Buffer.alloc(300))],
      ['has another shape', 'other content', () => writeFile(stored(), '{"version":1,"file":"web"}')],
      [
        'is a directory',
        'a directory',
        async () => {
          await rm(stored());
          await mkdir(stored());
        },
      ],
    ];
    for (const [what, found, damage] of damages)
      it(`as it ${what}, is put aside, and the last generation stays in force`, async () => {
        const generation = await apply();
        const web = await idOf('web');
        await daemon.it.client.containers.remove('away', { force: true });
        await restart(damage);

        // What is missing is created again, and the rest stays.
        assert.deepEqual(await names(), ['away', 'web']);
        assert.equal(await idOf('web'), web);
        assert.deepEqual((await readdir(directory())).includes('applied.json'), false);
        await stat(aside());
        const status = await pouch('status');
        assert.equal(status.exitCode, 1);
        assert.match(
          status.stdout,
          new RegExp(
            `applied\\.json\\.damaged: expected the file that was applied, found ${found}; generation ${generation} .*\`pouch apply -f\` .*\`pouch apply --host-files\``,
          ),
        );
        assert.match(await metrics(), /^pouch_plugin_host_agent_files_in_force\S* 0$/m);
        assert.match(
          (await pouch('doctor')).stdout,
          new RegExp(`the file that was applied is lost: ${found}`),
        );

        // It stays so: after a change of the host's files, a reload and another restart, and with an apply of nothing.
        await daemon.it.configure(`containers:\n  own: ${sleeper} }\n  two: ${sleeper} }\n`);
        await daemon.it.reload(/configuration reloaded/);
        for (const words of [['apply'], ['apply', '--prune', '--yes'], ['apply', '--dry-run']]) {
          const refused = await pouch(...words);
          assert.equal(refused.exitCode, 1, words.join(' '));
          assert.match(refused.stderr, new RegExp(`found ${found}.*PCH_AGENT_APPLIED_LOST`, 's'));
        }
        await restart(() => Promise.resolve());
        assert.deepEqual(await names(), ['away', 'web']);
        assert.equal(await idOf('web'), web);

        // A file with mistakes leaves it so, and a good one ends it.
        const bad = await pouch('apply', '-f', await file('containers: { web: { imagee: x } }', 'bad.yaml'));
        assert.equal(bad.exitCode, 1);
        assert.match((await pouch('status')).stdout, /found/);
        const dry = await pouch('apply', '-f', await file(lines), '--dry-run');
        assert.deepEqual(
          [dry.exitCode, dry.stdout],
          [2, 'no object changes, but the declarations are not in force yet\n'],
        );
        assert.match(await ok('apply', '-f', await file(lines)), /nothing to do/);
        assert.equal(await idOf('web'), web);
        assert.match(await ok('status'), /^2 of 2 .*\n.*app\.yaml is in force since/);
        assert.match(await metrics(), /^pouch_plugin_host_agent_files_in_force\S* 1$/m);
        assert.ok(!(await readdir(directory())).some((name) => /^applied.*damaged|^pinned/.test(name)));
        await restart(() => Promise.resolve());
        assert.match(await ok('status'), /^2 of 2 .*\n.*app\.yaml is in force since/);
      });

    it('gives way to the files of the host, if somebody asks for them', async () => {
      await apply();
      await restart(() => writeFile(stored(), ''));
      const dry = await pouch('apply', '--host-files', '--dry-run', '--prune');
      assert.equal(dry.exitCode, 2);
      assert.match(dry.stdout, /\+ container own: create.*\n- container .*: remove/);
      assert.deepEqual(await names(), ['away', 'web']);
      await ok('apply', '--host-files', '--prune', '--yes');
      assert.deepEqual(await names(), ['own']);
      await restart(() => Promise.resolve());
      assert.match(await ok('status'), /^1 of 1 .*$/);
      assert.ok(!(await readdir(directory())).some((name) => name.startsWith('applied')));
    });

    it('leaves the host as it is if the last generation is damaged, too', async () => {
      const earlier = await apply();
      await ok('apply', '-f', await file(lines.replace('32m', '64m')));
      const web = await idOf('web');
      const numbers = (await readdir(directory())).filter((name) => /^\d{6}\.json$/.test(name));
      const last = numbers.toSorted().at(-1)!;
      await restart(async () => {
        await writeFile(stored(), '');
        await writeFile(join(directory(), last), '{');
      });
      await ok('rm', '-f', 'away');
      await daemon.it.reload(/configuration reloaded/);
      await converged();
      assert.deepEqual(await names(), ['web']);
      assert.equal(await idOf('web'), web);
      const status = await pouch('status');
      assert.equal(status.exitCode, 1);
      assert.match(
        status.stdout,
        /found an empty file; the last generation cannot be read either, and nothing is changed/,
      );
      assert.match((await pouch('apply')).stderr, /PCH_AGENT_APPLIED_LOST/);
      // An earlier one, for a user who asks for it.
      await ok('rollback', String(earlier));
      assert.deepEqual(await names(), ['away', 'web']);
      assert.equal((await daemon.it.inspect('web'))?.HostConfig.Memory, 32 * 1024 ** 2);
      assert.match((await pouch('status')).stdout, new RegExp(`pinned to generation ${earlier} since`));
      await ok('apply', '-f', await file(lines));
    });

    it('while pouchd runs, is put aside by the next reload', async () => {
      const generation = await apply();
      const web = await idOf('web');
      await writeFile(stored(), '{');
      const refused = await pouch('apply');
      assert.match(refused.stderr, /PCH_AGENT_APPLIED_LOST/);
      assert.match((await pouch('status')).stdout, new RegExp(`; generation ${generation} is in force`));
      assert.deepEqual(await names(), ['away', 'web']);
      assert.equal(await idOf('web'), web);
      await stat(aside());
      await ok('apply', '-f', await file(lines));
    });

    it('is only read by commands that print settings', async () => {
      await apply();
      await daemon.it.stop();
      await writeFile(stored(), '{');
      for (const program of [
        ['pouchd', '--config', daemon.it.configFile, '--print-config'],
        ['pouch', 'config', 'show', daemon.it.configFile],
        ['pouchd', '--config', daemon.it.configFile, '--check-config'],
      ]) {
        const { exitCode, stdout, stderr } = await execa(
          join(process.cwd(), 'bin', program[0]!),
          program.slice(1),
          {
            reject: false,
            env: { FLEET_COLOUR: 'red' },
          },
        );
        assert.equal(exitCode, 0, stderr);
        if (!program.includes('--check-config')) {
          assert.match(
            stderr,
            /declarations are missing here: .*applied\.json: expected the file that was applied/,
          );
          assert.match(stdout, /containers: \{\}/);
        }
        assert.equal(await readFile(stored(), 'utf8'), '{');
      }
      await daemon.it.start();
      await converged();
      await ok('apply', '-f', await file(lines));
    });

    it('stays where it is if it cannot be read, and is in force once it can', async () => {
      await apply();
      const web = await idOf('web');
      const good = await readFile(stored(), 'utf8');
      await restart(async () => {
        await rm(stored());
        await symlink('applied.json', stored());
      });
      assert.match(
        (await pouch('status')).stdout,
        /applied\.json: expected .*, found ELOOP; .*once it can be read/,
      );
      assert.deepEqual(await names(), ['away', 'web']);
      assert.ok((await lstat(stored())).isSymbolicLink());
      await rm(stored());
      await writeFile(stored(), good);
      await daemon.it.reload(/configuration reloaded/);
      await converged();
      assert.match(await ok('status'), /^2 of 2 .*\n.*app\.yaml is in force since/);
      assert.equal(await idOf('web'), web);
    });
  });
});
