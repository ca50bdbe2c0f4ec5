import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { useDaemon } from '../support/useDaemon.ts';

type Words = Readonly<Record<string, unknown>>;
type Profiles = Readonly<Record<string, Words>>;

const sleeper = { image: 'busybox', command: ['sleep', '1000'], network: 'none', 'stop-timeout': '0' };
const web = { ...sleeper, profiles: ['small'] };
const mib = 1024 ** 2;

describe('profiles of declared containers', function () {
  this.timeout(120_000);
  this.slow(20_000);
  const daemon = useDaemon();
  const { pouch, ok } = daemon;

  const write = (profiles: Profiles, containers: Profiles = { web }) =>
    daemon.it.declare({ profiles, containers });
  async function applied(profiles: Profiles, containers?: Profiles): Promise<number> {
    await write(profiles, containers);
    await ok('apply');
    return await newest();
  }
  const newest = async () => Number((await ok('history', '-q')).split('\n')[0]);
  const memory = async () => ((await daemon.it.inspect('web'))?.HostConfig.Memory ?? 0) / mib;
  const hostname = async () => (await daemon.it.inspect('web'))?.Config.Hostname;
  const fileOf = (number: number) =>
    join(daemon.it.root, 'host-agent', `${String(number).padStart(6, '0')}.json`);
  const until = async (condition: () => Promise<boolean>) =>
    assert.ok(await waitUntil(condition, { withinMs: 30_000, everyMs: 50 }));
  async function restarted(): Promise<void> {
    await daemon.it.restart();
    await until(async () => (await daemon.it.client.agent.status()).ConvergedAt !== undefined);
  }

  afterEach(async () => {
    await write({}, {});
    await ok('apply', '--prune', '--yes');
  });

  it('are those of the generation after a rollback, until the next apply', async () => {
    const first = await applied({ small: { memory: '64m' } });
    await applied({ small: { memory: '128m' } });
    assert.equal(await memory(), 128);

    const dry = await pouch('rollback', '--dry-run');
    assert.equal(dry.exitCode, 2, dry.stderr);
    assert.match(dry.stdout, new RegExp(`^to generation ${first}:\n~ container web: change`));
    assert.match(dry.stdout, /memory: 128m -> 64m {2}\(generation \d+\)/);
    assert.equal(await memory(), 128);

    await ok('rollback');
    assert.equal(await memory(), 64);
    assert.match(await ok('history', '--generation', String(await newest())), /memory: 128m -> 64m/);
    const pinned = new RegExp(`1 of 1 declared .*\npinned to generation ${first} `);
    assert.match(await ok('status'), pinned);

    await daemon.it.reload(/configuration reloaded/);
    await restarted();
    assert.match(await ok('status'), pinned);
    assert.equal(await memory(), 64);
    await ok('rm', '-f', 'web');
    await until(async () => (await memory()) === 64);
    await until(async () => (await daemon.it.client.agent.status()).Ok === 1);
    assert.match(await ok('status'), pinned);
    assert.equal(await ok('drift'), '');

    await ok('apply');
    assert.equal(await memory(), 128);
    assert.ok(!(await ok('status')).includes('pinned'));
  });

  it('are those of the generation for a new container in the place of the old one', async () => {
    const first = await applied({ small: { hostname: 'before', memory: '64m' } });
    await applied({ small: { hostname: 'after' } });
    assert.deepEqual([await hostname(), await memory()], ['after', 0]);
    await ok('rollback', String(first));
    assert.deepEqual([await hostname(), await memory()], ['before', 64]);
    assert.match(await ok('status'), /^1 of 1 /);
    await ok('apply');
    assert.deepEqual([await hostname(), await memory()], ['after', 0]);
  });

  it('may be gone from the files, and end the rollback if the files change them', async () => {
    await applied({ small: { memory: '64m' } });
    await applied({ big: { memory: '128m' } }, { web: { ...sleeper, profiles: ['big'] } });
    await ok('rollback');
    assert.equal(await memory(), 64);
    await write({ big: { memory: '96m' } }, { web: { ...sleeper, profiles: ['big'] } });
    await daemon.it.reload(/configuration reloaded/);
    await until(async () => (await memory()) === 96);
    assert.ok(!(await ok('status')).includes('pinned'));
  });

  it('are those of the generation for a container that other settings change', async () => {
    const first = await applied({ small: { memory: '64m' } });
    const after = { small: { memory: '128m', 'pids-limit': '77' } };
    await applied(after);
    await ok('rollback', String(first));
    const sections = `profiles: ${JSON.stringify(after)}\ncontainers: ${JSON.stringify({ web })}\n`;
    await daemon.it.configure(`shmSize: 32m\n${sections}`);
    await daemon.it.reload(/configuration reloaded/);
    const shm = async () => (await pouch('exec', 'web', 'df', '-m', '/dev/shm')).stdout;
    await until(async () => /\s32\s/.test(await shm()));
    await until(async () => (await daemon.it.client.agent.status()).Ok === 1);
    const { PidsLimit } = (await daemon.it.inspect('web'))!.HostConfig;
    assert.deepEqual([await memory(), PidsLimit ?? 0], [64, 0]);
    assert.match(await ok('status'), new RegExp(`pinned to generation ${first} `));
  });

  it('are those in force for a generation of an older pouchd, which the plan says', async () => {
    const first = await applied({ small: { memory: '64m' } });
    const { sections, ...generation } = JSON.parse(await readFile(fileOf(first), 'utf8')) as {
      sections: Words;
    };
    const { profiles, ...older } = sections;
    assert.deepEqual(profiles, { small: { memory: '64m' } });
    await applied({ small: { memory: '128m' } }, { web, other: sleeper });
    await daemon.it.stop();
    await writeFile(fileOf(first), JSON.stringify({ ...generation, sections: older }));
    await daemon.it.start();

    const note = `note: generation ${first} was recorded by an older pouchd, without profiles`;
    const dry = await pouch('rollback', '--dry-run');
    assert.ok(dry.stdout.startsWith(`to generation ${first}:\n${note}`), dry.stdout);
    assert.ok((await ok('rollback')).includes(note));
    assert.equal(await daemon.it.inspect('other'), undefined);
    assert.equal(await memory(), 128);
    assert.ok((await ok('history', '--generation', String(await newest()))).includes(note));
    await restarted();
    assert.match(await ok('status'), new RegExp(`1 of 1 .*\npinned to generation ${first} `));

    await write({ small: { memory: '96m' } }, { web, other: sleeper });
    await daemon.it.reload(/configuration reloaded/);
    await until(async () => (await memory()) === 96);
    assert.match(await ok('status'), new RegExp(`pinned to generation ${first} `));
  });

  it('show no secret of a generation, also once no file has it', async () => {
    const secret = join(daemon.it.root, 'pin');
    const withSecret = { small: { env: [`PIN=\${file:${secret}}`], label: { pin: `\${file:${secret}}` } } };
    await writeFile(secret, 'swordfish\n', { mode: 0o600 });
    const first = await applied(withSecret);
    await writeFile(secret, 'sardine-9\n', { mode: 0o600 });
    await applied(withSecret);
    await applied({ small: { memory: '64m' } });
    await writeFile(secret, 'unrelated\n', { mode: 0o600 });
    await restarted();
    const plan = await pouch('rollback', String(first), '--dry-run');
    assert.match(plan.stdout, /env\.PIN: \(not set\) -> \*{8}/);
    const output = await ok('rollback', String(first));
    const recorded = await ok('history', '--generation', String(await newest()));
    assert.deepEqual((await daemon.it.inspect('web'))?.Config.Labels?.['pin'], 'swordfish');
    await restarted();
    const status = await ok('status', '--format', 'json');
    const back = await pouch('apply', '--dry-run');
    assert.match(back.stdout, /label\.pin: \*{8} -> \(not set\)/);
    const all = [plan.stdout, output, recorded, status, back.stdout, await daemon.it.log()];
    assert.ok(!/swordfish|sardine/.test(all.join('\n')), all.join('\n'));
  });

  it('may be the option of their plugin', async () => {
    const configure = (size: string) =>
      daemon.it.configure(
        `plugins: [{ name: profiles, options: { profiles: { small: { memory: ${size} } } } }]\n` +
          `containers: { web: ${JSON.stringify(web)} }\n`,
      );
    await configure('64m');
    assert.match((await pouch('apply', '--dry-run')).stdout, /^\+ container web: create/);
    await ok('apply');
    await configure('128m');
    assert.match((await pouch('apply', '--dry-run')).stdout, /memory: 64m -> 128m/);
    await ok('apply');
    await ok('rollback');
    assert.equal(await memory(), 64);
  });

  it('with mistakes leave all declarations of the last good files in force', async () => {
    await applied({ small: { memory: '64m' } });
    await write({ small: { memory: 'much' } }, { web: { ...web, label: { new: 'yes' } } });
    const refused = await pouch('apply');
    assert.equal(refused.exitCode, 1);
    assert.match(refused.stderr, /profiles\.small\.memory: expected a size/);
    assert.match(refused.stderr, /host-agent .*the profiles small have mistakes/);
    assert.equal((await daemon.it.inspect('web'))?.Config.Labels?.['new'], undefined);
    await applied({ small: { memory: '32m' } }, { web: { ...web, label: { new: 'yes' } } });
    assert.equal((await daemon.it.inspect('web'))?.Config.Labels?.['new'], 'yes');
    assert.equal(await memory(), 32);
  });
});
