import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { useDaemon } from '../support/useDaemon.ts';

const examples = resolve(import.meta.dirname, '../../examples');

function yaml(address: string, more = ''): string {
  return `
plugins:
  - path: ${examples}/corp-hosts/corp-hosts.ts
    options: { entries: { ldap.corp: ${address} } }
  - path: ${examples}/legacy-limits/legacy-limits.ts
  - path: ${examples}/max-running/max-running.ts
    options: { max: 2 }
    grants: { services: { containers: [list] } }
${more}`;
}

/** Writes to every record that it sees. */
const liar = `
  import { Containers, definePlugin } from 'pouch/hooks';
  const refused = (write: () => void) => { try { write(); return 0; } catch { return 1; } };
  export default definePlugin({
    name: 'liar',
    inject: { containers: Containers },
    setup({ hooks, services: { containers } }) {
      hooks.container.prestart.tap(({ container }, { log }) => {
        const given = refused(() => { container.state.status = 'exited'; });
        const asked = refused(() => { containers.list()[0].state.status = 'exited'; });
        log.info('refused ' + (given + asked) + ' writes');
      });
      hooks.container.poststart.tap(({ container }) => { container.state.status = 'exited'; });
    },
  });`;

describe('plugins from YAML', function () {
  this.timeout(60_000);
  const daemon = useDaemon({ yaml: yaml('10.1.2.3') });
  const { ok, pouch, sh } = daemon;

  it('corp-hosts: every container resolves the company’s names', async () => {
    assert.match(await sh('cat /etc/hosts'), /10\.1\.2\.3\s+ldap\.corp/);
  });

  it('what a request says by itself stays', async () => {
    assert.match(await sh('cat /etc/hosts', '--add-host', 'ldap.corp:10.9.9.9'), /10\.9\.9\.9\s+ldap\.corp/);
  });

  it('legacy-limits: limits given in variables are enforced by the kernel, and the variables are gone', async () => {
    const script = 'cat /sys/fs/cgroup/memory/memory.limit_in_bytes; env | grep -c LIMIT';
    const limits = ['-e', 'MEMORY_LIMIT=64m', '-e', 'CPU_LIMIT=0.5'];
    const { stdout } = await pouch('run', '--rm', ...limits, 'busybox', 'sh', '-c', script);
    assert.deepEqual(stdout.trim().split('\n'), [String(64 * 1024 * 1024), '0']);
  });

  it('a value of the wrong form is refused by the plugin’s name', async () => {
    const { exitCode, stderr } = await pouch('run', '--rm', '-e', 'CPU_LIMIT=lots', 'busybox', 'true');
    assert.equal(exitCode, 125);
    assert.match(stderr, /environment variable CPU_LIMIT: expected .*, found "lots"/);
    assert.match(stderr, /plugin legacy-limits/);
    await ok('run', '--rm', '-e', 'CPU_LIMIT=1', 'busybox', 'true');
  });

  it('max-running: a plugin asks the engine, also after a restart of pouchd', async () => {
    const run = () => pouch('run', '-d', 'busybox', 'sleep', '100');
    const ids = [(await run()).stdout.trim(), (await run()).stdout.trim()];
    await daemon.it.kill9();
    await daemon.it.start();
    const { exitCode, stderr } = await run();
    assert.equal(exitCode, 125);
    assert.match(stderr, /expected fewer than 2 running containers, found 2/);
    assert.match(stderr, /plugin max-running/);
    await ok('rm', '-f', ids[0]!);
    ids[0] = await ok('run', '-d', 'busybox', 'sleep', '100');
    await ok('rm', '-f', ...ids);
  });

  it('explain names plugin, hook and the line of the configuration', async () => {
    const id = await ok('create', 'busybox');
    const [entry] = JSON.parse(
      await ok('explain', id, '--field', 'extraHosts', '--format', 'json'),
    ) as Record<string, unknown>[];
    assert.equal(entry?.['plugin'], 'corp-hosts');
    assert.equal(entry['hook'], 'container.preCreate');
    assert.match(String(entry['origin']), /pouchd\.yaml:\d+$/);
    const { exitCode, stderr } = await daemon.pouch('explain', id, '--field', 'nosuch');
    assert.equal(exitCode, 1);
    assert.match(stderr, /--field: expected a field of the container .*found "nosuch"/);
    await ok('rm', id);
  });

  it('explain names the defaults for a field that nobody has changed', async () => {
    const id = await ok('create', 'busybox', 'true');
    const row = async (field: string) => (await ok('explain', id, '--field', field)).split('\n')[1] ?? '';
    assert.match(await row('stop.signal'), /^stop\.signal +SIGTERM +core +defaults +- /);
    assert.match(await row('mounts["/proc"].type'), /^mounts\["\/proc"\]\.type +proc +core +defaults /);
    assert.match(await row('process.oomScoreAdj'), /^process\.oomScoreAdj +\(not set\) +core +defaults /);
    for (const field of ['mounts["/nowhere"]', 'stop.signals', 'stop.signal.name', 'hostnames']) {
      const { exitCode, stderr } = await daemon.pouch('explain', id, '--field', field);
      assert.equal(exitCode, 1, field);
      assert.match(stderr, /expected a field of the container/);
    }
    await ok('rm', id);
  });

  it('plan shows what they would do, and changes nothing', async () => {
    const before = await daemon.it.inventory();
    const plan = await ok('plan', 'run', '-e', 'MEMORY_LIMIT=64m', 'busybox', 'true');
    assert.match(plan, /memory = .*67108864.*# legacy-limits container\.preCreate .*pouchd\.yaml:\d+/);
    assert.deepEqual(await daemon.it.leftovers(before), []);
  });

  describe('that write where they may only read', () => {
    after(async () => {
      await daemon.it.configure(yaml('10.1.2.3'));
      await daemon.it.reload(/configuration reloaded/);
    });

    it('change no record: the container shows its state, stops, and is the same after a restart', async () => {
      const folder = join(daemon.it.dir, 'lying-plugin');
      await mkdir(folder, { recursive: true, mode: 0o755 });
      await writeFile(join(folder, 'liar.ts'), liar);
      await daemon.it.configure(
        yaml('10.1.2.3', `  - path: ${folder}/liar.ts\n    grants: { services: { containers: true } }\n`),
      );
      await daemon.it.reload(/configuration reloaded/);
      const before = (await daemon.it.log()).length;
      const id = await ok('run', '-d', 'busybox', 'sleep', '100');
      const written = async () => (await daemon.it.log()).slice(before);
      const isLogged = async () => /left out.*liar.*read-only/.test(await written());
      assert.ok(await waitUntil(isLogged, { withinMs: 20_000 }), await written());
      assert.match(await written(), /refused 2 writes/);
      assert.match(await ok('ps', '--filter', `id=${id}`), /Up /);
      await daemon.it.kill9();
      await daemon.it.start();
      assert.match(await ok('ps', '--filter', `id=${id}`), /Up /);
      await ok('stop', '-t', '1', id);
      assert.match(await ok('ps', '-a', '--filter', `id=${id}`), /Exited/);
      await ok('rm', id);
    });
  });

  it('that import what every user can write to are not run, and the error names both files', async () => {
    const folder = join(daemon.it.dir, 'open-helper');
    await mkdir(folder, { recursive: true, mode: 0o755 });
    const marker = join(folder, 'ran');
    await writeFile(
      join(folder, 'entry.mjs'),
      `import './helper.mjs'; export default { name: 'entry', setup() {} };`,
    );
    await writeFile(
      join(folder, 'helper.mjs'),
      `import { writeFileSync } from 'node:fs'; writeFileSync('${marker}', '');`,
    );
    await chmod(join(folder, 'helper.mjs'), 0o666);
    const before = (await daemon.it.log()).length;
    await daemon.it.configure(yaml('10.1.2.3', `  - path: ${folder}/entry.mjs\n`));
    await daemon.it.reload(/configuration reloaded/);
    assert.match(
      (await daemon.it.log()).slice(before),
      /PCH_PLUGIN_UNSAFE.*entry\.mjs loads .*helper\.mjs can be written/,
    );
    assert.equal(existsSync(marker), false);
    await daemon.it.configure(yaml('10.1.2.3'));
    await daemon.it.reload(/configuration reloaded/);
    await ok('run', '--rm', 'busybox', 'true');
  });

  describe('read again on SIGHUP', () => {
    after(async () => {
      await daemon.it.configure(yaml('10.1.2.3'));
      await daemon.it.reload(/configuration reloaded/);
    });

    it('new options hold for new containers', async () => {
      await daemon.it.configure(yaml('10.7.7.7'));
      await daemon.it.reload(/configuration reloaded/);
      assert.match(await sh('cat /etc/hosts'), /10\.7\.7\.7\s+ldap\.corp/);
    });

    it('a wrong file changes nothing', async () => {
      await daemon.it.configure(yaml('10.8.8.8', 'nonsense: 1\n'));
      await daemon.it.reload(/the previous configuration stays in effect/);
      assert.match(await sh('cat /etc/hosts'), /10\.7\.7\.7\s+ldap\.corp/);
    });

    it('says what waits for a restart', async () => {
      await daemon.it.configure(yaml('10.7.7.7', 'cgroupParent: /elsewhere\n'));
      await daemon.it.reload(/needs a restart of pouchd.*path=cgroupParent/);
      assert.doesNotMatch(await sh('cat /proc/self/cgroup'), /elsewhere/);
    });

    it('a plugin that cannot be loaded is named, and containers say that they were made without it', async () => {
      const folder = join(daemon.it.dir, 'broken-plugin');
      await mkdir(folder, { recursive: true, mode: 0o755 });
      await cp(join(examples, 'corp-hosts/corp-hosts.ts'), join(folder, 'fine.ts'));
      await writeFile(join(folder, 'broken.ts'), 'throw new Error("not today");\n');
      await daemon.it.configure(yaml('10.7.7.7', `  - path: ${folder}/broken.ts\n`));
      await daemon.it.reload(/is quarantined.*not today[^]*configuration reloaded/);
      const id = await ok('run', '-d', 'busybox', 'sleep', '100');
      assert.match(await ok('ps', '--filter', `id=${id}`), /degraded/);
      await ok('rm', '-f', id);
    });
  });
});
