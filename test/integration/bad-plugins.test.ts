import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { sampleTests, someOf } from '../support/someOf.ts';
import { useDaemon } from '../support/useDaemon.ts';

/** A plugin with this setup. */
function plugin(name: string, setup: string, top = ''): string {
  return `import { definePlugin } from 'pouch/hooks';
${top}
export default definePlugin({
  name: '${name}',
  async setup({ hooks, surface, onDispose }) {
    hooks.container.preCreate.tap((draft) => void (draft.labels['${name}'] = 'yes'));
    ${setup}
  },
});
`;
}

function surface(name: string, start: string): string {
  return plugin(
    name,
    `surface({ name: '${name}', start: async (engine, failed) => { ${start} }, stop: async () => {} });`,
  );
}

const never = 'await new Promise(() => {});';

describe('bad plugins in pouchd', function () {
  this.timeout(180_000);
  this.slow(60_000);
  const daemon = useDaemon();

  /**
   * Writes plugin files and a configuration that names them; the file of each is NAME.ts. `timeout` is that of a load,
   * short where a plugin computes until then.
   */
  async function write(files: Record<string, string>, timeout = '10s'): Promise<void> {
    const folder = join(daemon.it.dir, 'bad');
    await mkdir(folder, { recursive: true, mode: 0o755 });
    const paths = Object.keys(files).map((name) => join(folder, `${name}.ts`));
    for (const [index, text] of Object.values(files).entries()) await writeFile(paths[index]!, text);
    await daemon.it.configure(
      `pluginTimeout: ${timeout}\nplugins:\n${paths.map((path) => `  - { path: ${path}, isolation: in-process }\n`).join('')}`,
    );
  }

  async function errorOf(name: string): Promise<string> {
    const { plugins } = await daemon.it.client.pouch.info();
    const found = plugins.find((one) => one.name === name);
    return `${found?.state}: ${found?.error}`;
  }

  /** Waits for the errors of quarantined plugins, and tries whether the daemon still does its work. */
  async function areQuarantined(errors: Record<string, RegExp>): Promise<void> {
    for (const [name, error] of Object.entries(errors)) {
      const isNamed = async () => error.test(await errorOf(name));
      assert.ok(await waitUntil(isNamed, { withinMs: 60_000 }), `${name}: ${await errorOf(name)}`);
      assert.match(await errorOf(name), /^quarantined/);
      assert.match(await daemon.it.log(), new RegExp(`plugin ${name} is quarantined`));
    }
    await daemon.ok('run', '--rm', 'busybox', 'true');
  }

  /** A stop that reaches its limit ends with SIGKILL. */
  async function stops(): Promise<void> {
    process.kill(daemon.it.pid!, 'SIGTERM');
    assert.equal(await daemon.it.ended(), 0);
  }

  async function startWith(files: Record<string, string>, timeout?: string): Promise<void> {
    await write(files, timeout);
    if (daemon.it.isRunning) await stops();
    await daemon.it.start();
  }

  describe('at its start', function () {
    after(() => startWith({}));

    it('that throw, exit, crash or wait forever at their top level are named', async () => {
      await startWith({
        'top-throws': plugin('top-throws', '', `throw new Error('not today');`),
        'top-exits': plugin('top-exits', '', 'process.exit(0);'),
        'top-crashes': plugin('top-crashes', '', `process.kill(process.pid, 'SIGSEGV');`),
        'top-waits': plugin('top-waits', '', never),
        good: plugin('good', ''),
      });
      await areQuarantined({
        'top-throws': /not today/,
        'top-exits': /ends the process that loads it \(exit code 0\)/,
        'top-crashes': /ends the process that loads it \(SIGSEGV\)/,
        'top-waits': /did not end within 10000 ms/,
      });
      assert.match(await errorOf('good'), /^active: undefined/);
      await stops();
    });

    it('that compute forever at their top level', async () => {
      await startWith({ 'top-spins': plugin('top-spins', '', 'for (;;);') }, '3s');
      await areQuarantined({ 'top-spins': /did not end within 3000 ms/ });
      await stops();
    });

    it('that compute forever, exit or throw in their setup', async () => {
      await startWith(
        {
          'setup-spins': plugin('setup-spins', 'for (;;);'),
          'setup-exits': plugin('setup-exits', 'process.exit(1);'),
          'setup-throws': plugin('setup-throws', `throw new Error('no database');`),
        },
        '3s',
      );
      await areQuarantined({
        'setup-spins': /setup of plugin setup-spins did not end within 3000 ms/,
        'setup-exits': /process\.exit\(1\) was called/,
        'setup-throws': /no database/,
      });
      await stops();
    });

    it('whose surfaces throw or never start', async () => {
      await startWith({
        'start-throws': surface('start-throws', `throw new Error('no voice');`),
        'start-hangs': surface('start-hangs', never),
      });
      await areQuarantined({
        'start-throws': /no voice/,
        'start-hangs': /the start of the surface start-hangs did not end within 10000 ms/,
      });
      assert.match(await daemon.it.log(), / ready /);
      const id = await daemon.ok('create', 'busybox');
      assert.doesNotMatch(await daemon.ok('inspect', id), /"start-throws": "yes"/);
      await daemon.ok('rm', id);
      await stops();
    });

    it('do not keep pouchd from stopping while one of their surfaces starts', async () => {
      await startWith({ 'start-hangs': surface('start-hangs', never) });
      await stops();
      await daemon.it.start();
    });

    it('whose surface fails while it serves', async () => {
      await startWith({
        fails: surface('fails', `setTimeout(() => failed(new Error('socket closed')), 1);`),
      });
      await areQuarantined({ fails: /socket closed/ });
    });

    sampleTests(this);
  });

  it('a broken edit and a reload: the previous version serves and says why, until the file is good', async () => {
    const labels = async () => {
      const id = await daemon.ok('create', 'busybox');
      const { Config } = (await daemon.it.inspect(id))!;
      await daemon.ok('rm', id);
      return Config.Labels;
    };
    const good = (value: string) =>
      plugin('edited', `hooks.container.spec.tap((draft) => void (draft.labels.edit = '${value}'));`);
    await startWith({ edited: good('1') });
    const broken: [string, RegExp][] = [
      ['export default {', /cannot be loaded/],
      [plugin('edited', '', 'process.exit(2);'), /exit code 2/],
      [plugin('edited', `throw new Error('no database');`), /no database/],
      [surface('edited', `throw new Error('no voice');`), /no voice/],
    ];
    for (const [text, error] of someOf(broken)) {
      await write({ edited: text });
      await daemon.it.reload(/configuration reloaded/);
      assert.match(await errorOf('edited'), /^active: serves the version of generation 1: /);
      assert.match(await errorOf('edited'), error);
      assert.deepEqual(await labels(), { edited: 'yes', edit: '1' });
    }
    await write({ edited: good('2') });
    await daemon.it.reload(/configuration reloaded/);
    assert.match(await errorOf('edited'), /^active: undefined/);
    assert.deepEqual(await labels(), { edited: 'yes', edit: '2' });
  });

  it('--check-config names files, manifests and options that a load would refuse, and runs no setup', async () => {
    const text = plugin('good', `throw new Error('setup runs');`);
    await write({
      good: text,
      'top-exits': plugin('top-exits', '', 'process.exit(0);'),
      'no-setup': `export default { name: 'no-setup' };`,
      again: text,
    });
    const { exitCode, stdout } = await daemon.it.pouchd('--check-config');
    assert.equal(exitCode, 1);
    assert.match(stdout, /pouchd\.yaml:\d+: plugin top-exits: .*exit code 0.*\(PCH_PLUGIN_LOAD\)/);
    assert.match(
      stdout,
      /pouchd\.yaml:\d+: plugin no-setup: .*`setup` must be a function.*\(PCH_PLUGIN_INVALID\)/,
    );
    assert.match(
      stdout,
      /pouchd\.yaml:\d+: plugin good: .*belongs to .*\(PCH_PLUGIN_CLASH\)\n\n3 problems\n$/,
    );
    await write({ good: `setInterval(() => {}, 1000);\n${text}` });
    assert.deepEqual(await daemon.it.pouchd('--check-config'), {
      exitCode: 0,
      stdout: `OK: ${join(daemon.it.dir, 'pouchd.yaml')}\n`,
      stderr: '',
    });
  });

  it('a daemon without its API ends with its error', async () => {
    await write({});
    await stops();
    await daemon.it.configure('');
    const socket = join(daemon.it.state, 'pouchd.sock');
    await rm(socket, { force: true });
    // Not a socket: nobody's to replace.
    await mkdir(socket, { recursive: true });
    const { exitCode, stderr } = await daemon.it.pouchd();
    assert.equal(exitCode, 1);
    assert.match(stderr, /\(PCH_LISTEN\)/);
    await rm(socket, { recursive: true });
    await daemon.it.start();
    await daemon.ok('run', '--rm', 'busybox', 'true');
  });
});
