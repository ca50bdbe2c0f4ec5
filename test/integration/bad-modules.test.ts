import assert from 'node:assert/strict';
import { chmod, cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findProcesses } from '../../core/supervise/findProcess.ts';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { sampleTests, someOf } from '../support/someOf.ts';
import { useDaemon } from '../support/useDaemon.ts';

const source = resolve(import.meta.dirname, 'support/plugins/misbehaves.ts');
/** Seconds of a sleep that no other process has. */
const hidden = '86398.75';

/** A plugin with this setup. */
function plugin(name: string, setup: string, top = '', fields = ''): string {
  return `import { definePlugin, token, Type } from 'pouch/hooks';
${top}
export default definePlugin({ name: '${name}', ${fields} async setup({ hooks }) { ${setup} } });
`;
}

const never = 'await new Promise(() => {});';

/** Plugins that cannot be loaded, by name, with the error and more of their entries. */
type Files = Record<string, readonly [code: string, error: RegExp, entry?: string]>;

describe('bad TypeScript plugins in processes', function () {
  this.timeout(120_000);
  this.slow(20_000);
  const daemon = useDaemon();
  let folder = '';
  before(async () => {
    folder = join(daemon.it.dir, 'bad');
    await mkdir(folder, { mode: 0o755 });
  });

  async function use(...entries: string[]): Promise<void> {
    await daemon.it.configure(
      `pluginTimeout: 30s\nplugins:\n${entries.map((entry) => `  - ${entry}\n`).join('')}`,
    );
    await daemon.it.reload(/configuration reloaded/);
  }

  const processesWith = async (argument: string) =>
    await findProcesses((argv) => argv.some((one) => one === argument));

  describe('that misbehave when they are called', function () {
    before(async () => {
      const path = join(folder, 'misbehaves.ts');
      await cp(source, path);
      await chmod(path, 0o644);
      await useIt('30s');
    });

    /** Reloads with the plugin; `timeout` is that of a tap. */
    async function useIt(timeout: string): Promise<void> {
      const path = join(folder, 'misbehaves.ts');
      const options = `{ hidden: '${hidden}', pouchd: ${daemon.it.pid}, flag: ${folder}/flag }`;
      const grants = '{ services: { containers: [list] } }';
      await use(
        `{ path: ${path}, timeout: ${timeout}, limits: { memory: 128m }, options: ${options}, grants: ${grants} }`,
      );
    }

    const labelsOf = async (bad: string): Promise<Record<string, string>> => {
      const id = await daemon.ok('create', '--label', `bad=${bad}`, 'busybox');
      const { Config } = (await daemon.it.inspect(id))!;
      await daemon.ok('rm', id);
      return Config.Labels ?? {};
    };

    /** The run fails with errors that name the plugin, `ps` is served meanwhile, and the next run works. */
    async function fails(label: string, ...expected: RegExp[]): Promise<void> {
      let isRunning = true;
      let slowest = 0;
      const running = daemon
        .pouch('run', '--rm', '--label', label, 'busybox', 'true')
        .finally(() => (isRunning = false));
      while (isRunning) {
        const before = performance.now();
        await daemon.it.client.containers.list({ all: true });
        slowest = Math.max(slowest, performance.now() - before);
        await delay(20);
      }
      const { exitCode, stderr } = await running;
      assert.equal(exitCode, 125, stderr);
      for (const pattern of [...expected, /plugin misbehaves/]) assert.match(stderr, pattern);
      assert.ok(slowest < 2500, `a list took ${slowest} ms`);
      await daemon.ok('run', '--rm', 'busybox', 'true');
    }

    const rows: [string, ...RegExp[]][] = [
      ['throws', /not today/],
      ['rejects', /not tomorrow/],
      ['exits', /its process ended \(exit code 7\)/, /PCH_PLUGIN_PROCESS/],
      ['aborts', /its process ended \(SIGABRT\)/, /PCH_PLUGIN_PROCESS/],
      ['leaks', /its process ended \(SIGKILL\)/, /PCH_PLUGIN_PROCESS/],
      ['writes garbage', /not JSON/, /hello world/, /PCH_PLUGIN_PROTOCOL/],
      ['writes a long line', /more than 8 MiB/, /PCH_PLUGIN_PROTOCOL/],
      ['returns a number', /the tap returned a number; expected a draft/, /PCH_PLUGIN_CONTRACT/],
      ['leaves a large draft', /more than 8 MiB/, /PCH_PLUGIN_CONTRACT/],
      ['leaves a fixed field', /changed name, which is fixed/, /PCH_PLUGIN_CONTRACT/],
      [
        'calls what is not granted',
        /containers\.remove, which its entry does not grant/,
        /PCH_PLUGIN_RIGHTS/,
      ],
    ];
    for (const [bad, ...expected] of someOf(rows)) it(bad, () => fails(`bad=${bad}`, ...expected));

    describe('until its deadline', () => {
      before(() => useIt('3s'));
      after(() => useIt('30s'));

      const late: [string, ...RegExp[]][] = [
        ['never', /did not settle within 3000 ms/, /PCH_DEADLINE/],
        ['spins', /did not settle within 3000 ms/, /PCH_DEADLINE/],
        ['spins later', /did not settle within 3000 ms/, /PCH_DEADLINE/],
        ['floods stdout', /PCH_DEADLINE|SIGKILL/],
        ['floods stderr', /PCH_DEADLINE|SIGKILL/],
      ];
      for (const [bad, ...expected] of someOf(late)) it(bad, () => fails(`bad=${bad}`, ...expected));
    });

    it('floods the log: a part of it is kept', async () => {
      const before = (await daemon.it.log()).length;
      await daemon.pouch('create', '--name', 'flooded', '--label', 'bad=floods the log', 'busybox');
      await daemon.pouch('rm', 'flooded');
      const written = (await daemon.it.log()).slice(before);
      assert.ok(written.length < 512 * 1024, `${written.length} bytes of log`);
      await daemon.ok('run', '--rm', 'busybox', 'true');
    });

    it('hides a process: it ends with that of the plugin', async () => {
      assert.equal((await labelsOf('hides'))['hides'], 'yes');
      assert.equal((await processesWith(hidden)).length, 1);
      await fails('bad=exits', /exit code 7/);
      assert.ok(
        await waitUntil(async () => (await processesWith(hidden)).length === 0, { withinMs: 30_000 }),
      );
    });

    it('kills its parents and pouchd: it has no right to', async () => {
      assert.equal((await labelsOf('kills'))['kills'], 'EPERM,EPERM,ESRCH');
      await daemon.ok('run', '--rm', 'busybox', 'true');
    });

    it('writes to its draft later: the container has the value that was in time', async () => {
      assert.equal((await labelsOf('writes later'))['written'], 'in time');
    });

    /** `--rm` is worked off behind the exit of its command. */
    async function areRemoved(): Promise<void> {
      assert.ok(await waitUntil(async () => (await daemon.ok('ps', '-aq')) === '', { withinMs: 30_000 }));
    }

    for (const how of someOf(['exits', 'spins'])) {
      it(`${how} in an apply: the start fails and is undone`, async () => {
        await fails(
          `effect=${how} in apply`,
          how === 'exits' ? /its process ended \(exit code 9\)/ : /did not end within 4 s/,
        );
        await areRemoved();
      });

      it(`${how} in an apply and its undo: the container is Dead until it is removed`, async () => {
        await writeFile(join(folder, 'flag'), '');
        await fails(
          `effect=${how} in apply and in undo`,
          /pouch effects drop [0-9a-f]{12} misbehaves\.first/,
        );
        const id = await daemon.ok('ps', '-aq', '--filter', 'status=dead');
        assert.match(await daemon.ok('effects', 'ls', id), /misbehaves\.first/);
        await rm(join(folder, 'flag'));
        await daemon.ok('rm', '-f', id);
        await areRemoved();
      });

      it(`${how} in an undo: the stop says so, and the next one undoes it`, async () => {
        await writeFile(join(folder, 'flag'), '');
        const label = `effect=${how} in undo`;
        await daemon.ok('run', '-d', '--name', how, '--label', label, 'busybox', 'sleep', '1000');
        const { exitCode, stderr } = await daemon.pouch('rm', '-f', how);
        assert.notEqual(exitCode, 0);
        assert.match(stderr, /the effect misbehaves\.first \(misbehave: \w+ in undo\) was not undone/);
        assert.match(stderr, /plugin misbehaves/);
        await rm(join(folder, 'flag'));
        await daemon.ok('rm', '-f', how);
        await daemon.ok('run', '--rm', 'busybox', 'true');
        await areRemoved();
      });
    }

    sampleTests(this);
  });

  it('that cannot be loaded are named, and pouchd starts with them alone', () => {
    const files: Files = {
      'top-throws': [plugin('top-throws', '', `throw new Error('not today');`), /not today/],
      'top-exits': [plugin('top-exits', '', 'process.exit(3);'), /its process ended \(exit code 3\)/],
      'top-leaks': [
        plugin('top-leaks', '', 'for (const kept = []; ;) kept.push(Buffer.alloc(1 << 24, 1));'),
        /its process ended \(SIGKILL\)/,
        'limits: { memory: 128m }',
      ],
      'setup-throws': [plugin('setup-throws', `throw new Error('no luck');`), /no luck/],
      'setup-exits': [plugin('setup-exits', 'process.exit(4);'), /exit code 4/],
      'unknown-hook': [plugin('unknown-hook', 'hooks.container.nosuch.tap(() => {});'), /nosuch/],
      'unknown-service': [
        plugin('unknown-service', '', '', `inject: { nosuch: token('nosuch') },`),
        /nosuch/,
        'grants: { services: { nosuch: true } }',
      ],
      'other-engine': [
        plugin('other-engine', '', '', `engines: { pouch: '^99.0.0' },`),
        /plugin other-engine needs Pouch \^99\.0\.0, and this is /,
      ],
      'bad-options': [
        plugin('bad-options', '', '', 'options: Type.Object({ size: Type.Integer() }),'),
        /options must have required property 'size'/,
      ],
      'not-a-plugin': ['export default 7;', /definePlugin|expected/],
      'not-code': ['export default {', /cannot be/],
    };
    return areNamed('30s', Object.fromEntries(someOf(Object.entries(files))));
  });

  it('that take too long to load are named, and pouchd starts with them alone', () => {
    const files = {
      'top-spins': plugin('top-spins', '', 'for (;;);'),
      'top-waits': plugin('top-waits', '', never),
      'setup-spins': plugin('setup-spins', 'for (;;);'),
      'setup-waits': plugin('setup-waits', never),
    };
    const some = someOf(Object.entries(files)).map(
      ([name, code]) => [name, [code, /within 5000 ms/]] as const,
    );
    return areNamed('5s', Object.fromEntries(some));
  });

  /** Starts pouchd with plugins, none of which can be loaded. */
  async function areNamed(timeout: string, files: Files): Promise<void> {
    const paths = Object.keys(files).map((name) => join(folder, `${name}.ts`));
    for (const [index, [code]] of Object.values(files).entries()) await writeFile(paths[index]!, code);
    const entries = Object.values(files).map(([, , more], index) =>
      [`path: ${paths[index]}`, ...(more === undefined ? [] : [more])].join(', '),
    );
    await daemon.it.configure(
      `pluginTimeout: ${timeout}\nplugins:\n${entries.map((entry) => `  - { ${entry} }\n`).join('')}`,
    );
    await daemon.it.restart();
    const { plugins } = await daemon.it.client.pouch.info();
    const problems = Object.entries(files).flatMap(([name, [, error]]) => {
      const found = plugins.find((one) => one.name === name);
      const seen = `${found?.state}: ${found?.error}`;
      return seen.startsWith('quarantined') && error.test(seen) ? [] : [`${name} is ${seen}`];
    });
    assert.deepEqual(problems, []);
    await daemon.ok('run', '--rm', 'busybox', 'true');
    await daemon.it.configure('');
    await daemon.it.reload(/configuration reloaded/);
  }
});
