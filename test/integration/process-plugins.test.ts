import assert from 'node:assert/strict';
import { chmod, cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findProcesses } from '../../core/supervise/findProcess.ts';
import { killProcess } from '../../core/supervise/killProcess.ts';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { cgroupFile } from '../support/cgroupFile.ts';
import { sampleTests } from '../support/someOf.ts';
import { useDaemon } from '../support/useDaemon.ts';

const project = resolve(import.meta.dirname, '../..');
const misbehaving = join(project, 'test/integration/support/misbehaving.py');

/** Seconds of a sleep that no other process has. */
const hiddenSleep = '86398.25';

describe('plugins that are processes', function () {
  this.timeout(120_000);
  this.slow(30_000);
  const daemon = useDaemon();
  let folder = '';

  before(async () => {
    folder = join(daemon.it.dir, 'plugins');
    await mkdir(folder, { mode: 0o755 });
  });

  /** Copies an executable to where user nobody may run it; returns its path. */
  async function copy(file: string, name: string): Promise<string> {
    const path = join(folder, name);
    await cp(file, path);
    await chmod(path, 0o755);
    return path;
  }

  async function script(name: string, text: string): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, text, { mode: 0o755 });
    return path;
  }

  /** Reloads with these entries of `plugins`, each of some lines. */
  async function use(...entries: string[]): Promise<void> {
    await daemon.it.configure(`plugins:\n${entries.map((entry) => `  - ${entry}\n`).join('')}`);
    await daemon.it.reload(/configuration reloaded/);
  }

  /** Why the plugin of an entry, `bad`, is not loaded. */
  async function failedUse(entry: string): Promise<string> {
    await use(entry);
    return (await statusOf('bad'))?.error ?? '';
  }

  /** Processes of the host with this argument: of a plugin the shell that starts it, and then itself. */
  const processesWith = async (argument: string) =>
    await findProcesses((argv) => argv.some((one) => one === argument));

  async function isGone(argument: string): Promise<void> {
    const gone = async () => (await processesWith(argument)).length === 0;
    assert.ok(await waitUntil(gone, { withinMs: 30_000 }), `${argument} still runs`);
  }

  const statusOf = async (name: string) =>
    (await daemon.it.client.pouch.info()).plugins.find((one) => one.name === name);

  const labelsOf = async (bad: string): Promise<Record<string, string>> => {
    const id = await daemon.ok('create', '--label', `bad=${bad}`, 'busybox');
    const { Config } = (await daemon.it.inspect(id))!;
    await daemon.ok('rm', id);
    return Config.Labels ?? {};
  };

  describe('of the examples', function () {
    before(async () => {
      const limits = await copy(join(project, 'examples/env-to-limits/env-to-limits'), 'env-to-limits');
      const owner = await copy(join(project, 'examples/require-owner/require-owner'), 'require-owner');
      await use(`path: ${limits}`, `{ path: ${owner}, options: { label: team } }`);
    });

    it('env-to-limits (shell): limits in variables are enforced by the kernel, and the variables are gone', async () => {
      const read = 'cat /sys/fs/cgroup/memory/memory.limit_in_bytes; env | grep -c LIMIT';
      const limits = ['-e', 'MEMORY_LIMIT=64m', '-e', 'CPU_LIMIT=0.5', '-l', 'team=a'];
      const { stdout } = await daemon.pouch('run', '--rm', ...limits, 'busybox', 'sh', '-c', read);
      assert.deepEqual(stdout.trim().split('\n'), [String(64 * 1024 * 1024), '0']);
    });

    it('env-to-limits: limits of the request take precedence', async () => {
      const args = ['-e', 'MEMORY_LIMIT=64m', '-m', '32m', '-l', 'team=a'];
      const id = await daemon.ok('create', ...args, 'busybox');
      assert.equal((await daemon.it.inspect(id))!.HostConfig.Memory, 32 * 1024 * 1024);
      await daemon.ok('rm', id);
    });

    it('env-to-limits: refuses a value by its name', async () => {
      const { exitCode, stderr } = await daemon.pouch(
        'run',
        '--rm',
        '-e',
        'CPU_LIMIT=lots',
        'busybox',
        'true',
      );
      assert.equal(exitCode, 125);
      assert.match(stderr, /environment variable CPU_LIMIT: expected .*, found "lots"/);
      assert.match(stderr, /plugin env-to-limits/);
    });

    it('require-owner (Python): refuses by the option’s name, takes options, and is blamed', async () => {
      const { exitCode, stderr } = await daemon.pouch('create', 'busybox');
      assert.equal(exitCode, 125);
      assert.match(stderr, /expected a label `team` that names the owner, found none/);
      const id = await daemon.ok('create', '-l', 'team=a', 'busybox');
      const blame = await daemon.ok('explain', id, '--field', 'annotations', '--format', 'json');
      const [entry] = JSON.parse(blame) as Record<string, unknown>[];
      assert.equal(entry?.['plugin'], 'require-owner');
      assert.match(String(entry['origin']), /pouchd\.yaml:\d+$/);
      await daemon.ok('rm', id);
    });

    it('a reload starts new processes and ends the old ones, where anything that a plugin can read has changed', async () => {
      const owner = join(folder, 'require-owner');
      const pids = async () => (await processesWith(owner)).map(({ pid }) => pid).sort();
      const reload = () => daemon.it.reload(/configuration reloaded/);
      const create = () => daemon.ok('run', '--rm', '-l', 'team=a', 'busybox', 'true');
      await reload();
      await create();
      const before = await pids();
      assert.notEqual(before.length, 0);
      await reload();
      await create();
      assert.deepEqual(await pids(), before, 'nothing has changed');
      const { plugins } = await daemon.it.client.pouch.info();
      assert.ok(plugins.every(({ error }) => error === undefined));
      await writeFile(join(folder, 'beside'), 'a file that it may read');
      await reload();
      const replaced = async () => (await pids()).every((pid) => !before.includes(pid));
      assert.ok(await waitUntil(replaced, { withinMs: 20_000 }));
      await create();
      await rm(join(folder, 'beside'));
    });

    it('a reload starts the process of a plugin again that has ended', async () => {
      const owner = join(folder, 'require-owner');
      // The end of one ends others.
      for (const { pid } of await processesWith(owner)) killProcess(pid);
      await isGone(owner);
      await daemon.it.reload(/configuration reloaded/);
      assert.notEqual((await processesWith(owner)).length, 0);
      await daemon.ok('run', '--rm', '-l', 'team=a', 'busybox', 'true');
    });

    for (const [how, end] of [
      ['SIGKILL of pouchd', () => daemon.it.kill9()],
      ['its stop', () => daemon.it.stop()],
    ] as const)
      it(`no process stays after ${how}`, async () => {
        const paths = ['env-to-limits', 'require-owner'].map((name) => join(folder, name));
        for (const path of paths) assert.notEqual((await processesWith(path)).length, 0);
        await end();
        for (const path of paths) await isGone(path);
        await daemon.it.start();
      });

    after(() => use());

    sampleTests(this);
  });

  it('run as nobody, without capabilities, descriptors, variables and processes of pouchd', async () => {
    const path = await copy(misbehaving, 'bad');
    await use(`{ path: ${path}, env: { TOKEN: abc } }`);
    const { looks } = await labelsOf('looks');
    const { status, pids, fds, ...found } = JSON.parse(looks!) as Record<string, unknown>;
    const variables = ['PATH', 'TOKEN', ...(process.env['LANG'] === undefined ? [] : ['LANG'])];
    assert.deepEqual(found, { env: variables.sort(), uid: 65534, groups: [65534] });
    assert.deepEqual(status, ['CapEff:\t0000000000000000\n', 'NoNewPrivs:\t1\n']);
    // Its own, and the directory that it lists.
    assert.deepEqual(fds, [0, 1, 2, 3]);
    assert.ok(Number(pids) <= 3, `it sees ${String(pids)} processes`);
  });

  it('look up files of the image by a call, and may reply with a whole draft', async () => {
    assert.deepEqual(JSON.parse((await labelsOf('stats'))['stats']!), {
      type: 'result',
      id: 1,
      result: { path: '/bin/busybox', kind: 'file', mode: 0o755 },
    });
    assert.equal((await labelsOf('whole'))['whole'], 'yes');
  });

  it('call the services that they inject and their entry grants, and no others', async () => {
    const path = await copy(misbehaving, 'bad');
    const entry = (grants: string) => `{ path: ${path}, env: { INJECT: containers }, grants: { ${grants} } }`;
    const refused = await failedUse(entry(''));
    assert.match(refused, /plugin bad injects containers, which its entry does not grant/);
    assert.match(refused, /write `grants: \{ services: \{ containers: true \} \}` in its entry/);
    await daemon.ok('create', '--name', 'first', 'busybox');
    await use(entry('services: { containers: [inspect] }'));
    assert.equal((await labelsOf('counts'))['counts'], 'PCH_PLUGIN_RIGHTS PCH_NOT_FOUND');
    await use(entry('services: { containers: [inspect, list] }'));
    assert.equal((await labelsOf('counts'))['counts'], 'first PCH_NOT_FOUND');
    await daemon.ok('rm', 'first');
    const typo = await failedUse(entry('services: { containers: [lst] }'));
    assert.match(typo, /grants\.services: expected methods of containers, found lst \(did you mean list\?\)/);
    await use(`{ path: ${path} }`);
  });

  it('have limits of their own, which hold for all that they start', async () => {
    const path = await copy(misbehaving, 'bad');
    await use(`{ path: ${path}, limits: { memory: 64m, cpus: 0.5, pids: 20 } }`);
    // Of the 20, one is the shell and one the plugin.
    assert.equal((await labelsOf('forks'))['forks'], '18');
    const { exitCode, stderr } = await daemon.pouch('create', '-l', 'bad=hogs', 'busybox');
    assert.equal(exitCode, 125);
    assert.match(stderr, /its process ended \(SIGKILL\)/);
    const read = async (controller: string, v1: string, v2: string) => {
      // A reply shows that the plugin runs.
      await labelsOf('looks');
      // Its own process has an interpreter and the file as arguments, those that start it have more.
      const [own] = await findProcesses((argv) => argv.length <= 2 && argv.at(-1) === path);
      return cgroupFile(own!.pid, controller, v1, v2).split(' ')[0];
    };
    assert.equal(await read('cpu', 'cpu.cfs_quota_us', 'cpu.max'), '50000');
    await use(`path: ${path}`);
    assert.equal(await read('pids', 'pids.max', 'pids.max'), '1024');
    await use();
  });

  describe('that misbehave in a hook', function () {
    let path = '';
    before(async () => {
      path = await copy(misbehaving, 'bad');
      await copy(misbehaving, 'second');
      await useBad('30s');
    });
    after(() => use());

    /** Reloads with both; `timeout` is that of a tap. */
    async function useBad(timeout: string): Promise<void> {
      const env = `{ HIDDEN: '${hiddenSleep}', POUCHD: '${daemon.it.pid}' }`;
      const second = `{ path: ${join(folder, 'second')}, env: { NAME: second, ONLY: conflict } }`;
      await use(`{ path: ${path}, timeout: ${timeout}, env: ${env} }`, second);
    }

    /** The run fails with a code that names the plugin, and the next run works. */
    async function fails(bad: string, ...expected: RegExp[]): Promise<void> {
      const { exitCode, stderr } = await daemon.pouch('run', '--rm', '-l', `bad=${bad}`, 'busybox', 'true');
      assert.equal(exitCode, 125);
      for (const pattern of expected) assert.match(stderr, pattern);
      assert.match(stderr, /plugin (bad|second)/);
      await daemon.ok('run', '--rm', 'busybox', 'true');
    }

    /** Lists containers as long as a create waits for the plugin. */
    async function isServedMeanwhile(bad: string): Promise<void> {
      let served = 0;
      let isCreating = true;
      const creating = daemon
        .pouch('create', '-l', `bad=${bad}`, 'busybox')
        .finally(() => (isCreating = false));
      while (isCreating) {
        await daemon.it.client.containers.list({ all: true });
        served += 1;
        await delay(20);
      }
      assert.notEqual((await creating).exitCode, 0);
      assert.ok(served >= 5, `${served} calls were served in the deadline of a tap`);
    }

    it('exit: the error has the exit code and the end of stderr', () =>
      fails('exits', /exit code 7/, /no disk left/, /PCH_PLUGIN_PROCESS/));

    it('die of a signal', () => fails('killed', /SIGKILL/, /PCH_PLUGIN_PROCESS/));

    it('write garbage: the error shows its start', () =>
      fails('garbage', /not JSON/, /hello world/, /PCH_PLUGIN_PROTOCOL/));

    it('write a line of 100 MiB', () => fails('long_line', /more than 8 MiB/, /xxxx/, /PCH_PLUGIN_PROTOCOL/));

    it('reply to what was not asked', () => fails('other_id', /replied to 999999/, /PCH_PLUGIN_PROTOCOL/));

    it('fork, hide and leave: nothing survives the process', async () => {
      assert.equal((await labelsOf('hides'))['hides'], 'yes');
      assert.equal((await processesWith(hiddenSleep)).length, 1);
      await fails('exits', /exit code 7/);
      await isGone(hiddenSleep);
    });

    it('kill their parent, the first process of their namespace or pouchd: not permitted', async () => {
      // The pid of pouchd is not one of their namespace.
      assert.equal((await labelsOf('kills'))['kills'], 'PermissionError,PermissionError,ProcessLookupError');
      await daemon.ok('run', '--rm', 'busybox', 'true');
    });

    it('write to a fixed field', () => fails('fixed', /changed name, which is fixed/, /PCH_PLUGIN_CONTRACT/));

    it('reply with a patch that does not apply', () =>
      fails('no_parent', /operation 0 of the patch/, /\/nosuch\/field/, /PCH_PLUGIN_CONTRACT/));

    it('refuse with a code that does not exist', () =>
      fails('unknown_code', /unknown code PCH_NOSUCH: because/, /PCH_PLUGIN_CONTRACT/));

    it('reply with a result where drafts are planned', () =>
      fails('result', /replied with a result/, /PCH_PLUGIN_CONTRACT/));

    it('set a field that another plugin has set', () =>
      fails('conflict', /plugins bad and second both tried to set labels\.conflict/, /PCH_PLUGIN_CONFLICT/));

    describe('until their deadline', () => {
      before(() => useBad('3s'));

      it('never reply', () => fails('never', /did not settle within 3000 ms/, /PCH_DEADLINE/));

      it('compute forever: ps is served meanwhile', async () => {
        await isServedMeanwhile('spins');
        await fails('spins', /PCH_DEADLINE/);
      });

      it('flood stdout: ps is served, and the log has a part', async () => {
        const before = (await daemon.it.log()).length;
        await isServedMeanwhile('floods_stdout');
        await fails('floods_stdout', /PCH_DEADLINE/);
        const written = (await daemon.it.log()).slice(before);
        assert.match(written, /lines are left out/);
        assert.ok(written.length < 512 * 1024, `${written.length} bytes of log`);
      });

      it('flood stderr: ps is served, and the log has a part', async () => {
        const before = (await daemon.it.log()).length;
        await isServedMeanwhile('floods_stderr');
        await fails('floods_stderr', /PCH_DEADLINE/);
        const written = (await daemon.it.log()).slice(before);
        assert.match(written, /lines are left out/);
        assert.ok(written.length < 512 * 1024, `${written.length} bytes of log`);
      });
    });

    sampleTests(this);
  });

  describe('that cannot be loaded', () => {
    const expected: Record<string, RegExp> = {
      'exits-early': /ended \(exit code 3\).*"no config"/,
      silent: /describe did not end within 10000 ms/,
      chatty: /not JSON.*"Hello!"/,
      'wrong-manifest': /manifest\.hooks/,
      'unknown-hook': /container\.preCrate/,
      plain: /is not executable/,
      open: /can be written by every user/,
      nouser: /no such user/,
      'one-too-many': /belongs to .* and to /,
    };
    let entries: string[] = [];

    before(async () => {
      const sh = (name: string, body: string) => script(name, `#!/bin/sh\n${body}\n`);
      const manifest = (name: string, hook: string) =>
        sh(
          name,
          `read x; echo '{"type":"reply","id":1,"manifest":{"protocol":1,"name":"${name}","hooks":[${hook}]}}'; cat >/dev/null`,
        );
      const tap = '{"point":"container.preCreate"}';
      const good = await copy(misbehaving, 'good');
      const paths = [
        await sh('exits-early', 'echo no config >&2; exit 3'),
        await sh('silent', 'exec cat >/dev/null'),
        await sh('chatty', 'echo Hello!'),
        await manifest('wrong-manifest', '{"point":1}'),
        await manifest('unknown-hook', '{"point":"container.preCrate"}'),
        await manifest('plain', tap),
        await manifest('open', tap),
      ];
      await chmod(join(folder, 'plain'), 0o644);
      await chmod(join(folder, 'open'), 0o777);
      entries = [
        `{ path: ${good}, env: { NAME: good } }`,
        ...paths.map((path) => `path: ${path}`),
        `{ path: ${await manifest('nouser', tap)}, user: no-such-user }`,
        `{ path: ${await copy(misbehaving, 'one-too-many')}, env: { NAME: good } }`,
      ];
    });
    after(() => use());

    it('are quarantined, each with its error, and the others work', async () => {
      await daemon.it.configure(`plugins:\n${entries.map((entry) => `  - ${entry}\n`).join('')}`);
      await daemon.it.restart();
      for (const [name, error] of Object.entries(expected).slice(0, -1)) {
        const status = await statusOf(name);
        assert.equal(status?.state, 'quarantined', name);
        assert.match(status.error ?? '', error);
      }
      assert.equal((await statusOf('good'))?.state, 'active');
      for (const name of Object.keys(expected)) await isGone(join(folder, name));
      await daemon.ok('run', '--rm', 'busybox', 'true');
    });

    it('--check-config names each of them, and leaves no process', async () => {
      const { exitCode, stdout } = await daemon.it.pouchd('--check-config');
      assert.equal(exitCode, 1);
      for (const error of Object.values(expected)) assert.match(stdout, error);
      await isGone(join(folder, 'silent'));
    });
  });
});
