import assert from 'node:assert/strict';
import { readFileSync, readlinkSync } from 'node:fs';
import { chmod, cp, readdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { descendantsOf } from '../../core/supervise/descendants.ts';
import { findProcesses } from '../../core/supervise/findProcess.ts';
import { execa } from 'execa';
import { identify } from '../../core/supervise/index.ts';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import type { SidecarStatus } from '../../hooks/index.ts';
import { sampleTests, someOf } from '../support/someOf.ts';
import { useDaemon } from '../support/useDaemon.ts';

const support = resolve(import.meta.dirname, 'support');

interface Entry {
  grants?: object;
  isolation?: 'in-process';
  limits?: object;
}

describe('sidecars', function () {
  this.timeout(120_000);
  this.slow(10_000);
  const daemon = useDaemon();
  const { ok, pouch } = daemon;
  const at = (name: string) => join(daemon.it.dir, name);
  const command = (...args: string[]) => [at('sidecar.sh'), ...args];
  const one = (more: object = {}) => ({
    name: 'one',
    doc: 'One.',
    command: command('serve'),
    ready: { line: 'ready' },
    ...more,
  });

  const declare = async (sidecars: object[], entry: Entry = {}) =>
    await daemon.it.configure(
      `plugins:\n  - ${JSON.stringify({ path: at('side.ts'), options: { sidecars }, ...entry })}\n`,
    );
  const reload = async () => {
    const { stdout, stderr } = await pouch('plugin', 'reload');
    return stdout + stderr;
  };
  /** Declares them, and has them start. */
  const start = async (sidecars: object[], entry: Entry = {}) => {
    await declare(sidecars, entry);
    await reload();
    const [first] = await statuses();
    assert.equal(first?.phase, 'running', await daemon.it.log());
    return first.pid!;
  };
  const details = async () =>
    (
      JSON.parse(await ok('plugin', 'inspect', 'side')) as { state: string; sidecars?: SidecarStatus[] }[]
    )[0]!;
  const statuses = async () => (await details()).sidecars ?? [];
  const eventually = async (condition: () => boolean | Promise<boolean>, what: string) =>
    assert.ok(await waitUntil(condition, { withinMs: 20_000, everyMs: 50 }), what);
  const isAlive = (pid: number) => identify(pid) !== undefined;
  const logs = () => ok('plugin', 'logs', 'side');
  const files = async () => await readdir(join(daemon.it.state, 'sidecars')).catch(() => []);

  /** Without the plugin nothing is left of its sidecars, and containers run. */
  const plainRun = async () => {
    await daemon.it.configure('');
    await reload();
    await nothingLeft();
  };
  const nothingLeft = async () => {
    assert.deepEqual(await files(), []);
    const left = [...(await daemon.it.inventory())].filter((line) => /sidecar/.test(line));
    assert.deepEqual(left, []);
    assert.equal(await daemon.sh('echo works'), 'works');
  };

  before(async () => {
    await cp(join(support, 'plugins/sidecars.ts'), at('side.ts'));
    await cp(join(support, 'sidecar.sh'), at('sidecar.sh'));
    await chmod(at('sidecar.sh'), 0o755);
  });

  it('that of a confined plugin runs with the plugin’s rights, and is shown everywhere', async () => {
    const pid = await start([one()]);
    const directory = join(daemon.it.state, 'sidecars/side.one');
    const log = await logs();
    const [, user, net, mnt] = /user (\d+) net (\S+) mnt (\S+) dir (\S+)/.exec(log) ?? [];
    assert.equal(user, readFileSync('/etc/passwd', 'utf8').match(/^nobody:x:(\d+)/m)?.[1]);
    assert.ok(log.includes(`dir ${directory}`), log);
    for (const [name, found] of [
      ['net', net],
      ['mnt', mnt],
    ] as const)
      assert.notEqual(found, readlinkSync(`/proc/self/ns/${name}`));
    const [shell] = await descendantsOf(pid);
    assert.match(readFileSync(`/proc/${shell!.pid}/cgroup`, 'utf8'), /\/sidecars\/[0-9a-f]{8}-side\.one$/m);
    assert.match(await ok('plugin', 'ls'), /side .* 1 running /);
    assert.match(await ok('doctor'), new RegExp(`sidecar one.*running \\(pid ${pid}\\)`));
    const url = 'http://localhost/pouch/metrics';
    const { stdout: metrics } = await execa('curl', [
      '-sS',
      '--unix-socket',
      `${daemon.it.state}/pouchd.sock`,
      url,
    ]);
    assert.match(metrics, /pouch_sidecar_running\{plugin="side",sidecar="one"\} 1/);
    assert.match(await ok('events', '--since', '1m', '--until', '0s'), /sidecar_started/);
    await plainRun();
  });

  it('that of a confined plugin sees the files that its plugin sees, and writes to its own directory', async () => {
    const { root } = daemon.it;
    const script = [
      `ls ${root} /home /etc/shadow && echo sees`,
      'echo x >$RUNTIME_DIRECTORY/x && echo wrote',
      'echo ready; exec sleep 1000',
    ].join('\n');
    await start([one({ command: ['/bin/sh', '-c', script] })]);
    assert.match(await logs(), /wrote/);
    assert.doesNotMatch(await logs(), /sees/);
    assert.equal(readFileSync(join(daemon.it.state, 'sidecars/side.one/x'), 'utf8'), 'x\n');
    await plainRun();
  });

  it('one that ends is started again, without the processes that it has left', async () => {
    await start([one({ command: command('hides') })], { isolation: 'in-process' });
    const hidden = async () => (await findProcesses((argv) => argv[1] === '4242.5')).map(({ pid }) => pid);
    await eventually(async () => (await hidden()).length === 2, 'two hidden processes');
    const before = await hidden();
    process.kill((await statuses())[0]!.pid!, 'SIGKILL');
    await eventually(async () => (await statuses())[0]!.restarts === 1, 'restarted');
    await eventually(async () => (await hidden()).length === 2, 'two hidden processes again');
    assert.ok(!(await hidden()).some((pid) => before.includes(pid)));
    assert.match(await logs(), /sidecar ended \(SIGKILL\)/);
    await plainRun();
    assert.deepEqual(await hidden(), []);
  });

  it('a reload keeps an unchanged one, replaces a changed one, and ends one that is gone', async () => {
    const pid = await start([one(), one({ name: 'two' })]);
    assert.equal(await start([one()]), pid);
    assert.equal((await statuses()).length, 1);
    assert.equal((await files()).filter((name) => name.startsWith('side.two')).length, 0);
    const next = await start([one({ env: { A: '1' } })]);
    assert.notEqual(next, pid);
    assert.ok(!isAlive(pid));
    assert.match(await logs(), /asked to end/);
    await plainRun();
    assert.ok(!isAlive(next));
  });

  it('ends with pouchd, also with one that is killed; a kept one is adopted', async () => {
    const grants = { sidecars: { kept: { keep: true } } };
    const kept = one({ name: 'kept', keep: true });
    const keptPid = await start([kept, one()], { grants });
    const pid = (await statuses())[1]!.pid!;
    await daemon.it.kill9();
    await eventually(() => !isAlive(pid), 'ended with pouchd');
    assert.ok(isAlive(keptPid));
    await daemon.it.start();
    const [adopted, fresh] = await statuses();
    assert.deepEqual([adopted?.pid, adopted?.adopted, adopted?.phase], [keptPid, true, 'running']);
    assert.deepEqual([fresh?.adopted, fresh?.phase], [false, 'running']);
    await daemon.it.restart();
    assert.equal((await statuses())[0]?.pid, keptPid);
    process.kill(keptPid, 'SIGKILL');
    await eventually(async () => (await statuses())[0]!.restarts === 1, 'an adopted one is started again');
    const again = (await statuses())[0]!.pid!;
    await daemon.it.stop();
    assert.ok(isAlive(again));
    await declare([one({ name: 'kept', keep: true, env: { A: '1' } })], { grants });
    await daemon.it.start();
    assert.ok(!isAlive(again), 'declared differently');
    const last = (await statuses())[0]!.pid!;
    await daemon.it.kill9();
    await daemon.it.configure('');
    await daemon.it.start();
    assert.ok(!isAlive(last), 'its plugin is gone');
    await nothingLeft();
  });

  it('an executable declares one in its manifest', async () => {
    const executable = at('declares');
    const manifest = { protocol: 1, name: 'side', sidecars: [one({ restart: 'never', ready: undefined })] };
    const reply = JSON.stringify({ type: 'reply', id: 1, manifest });
    await writeFile(executable, `#!/bin/sh\nread line\necho '${reply}'\ncat >/dev/null\n`);
    await chmod(executable, 0o755);
    await daemon.it.configure(`plugins:\n  - path: ${executable}\n`);
    await reload();
    assert.equal((await statuses())[0]?.phase, 'running');
    await plainRun();
  });

  describe('that fail or are cut off', function () {
    it('what a root sidecar has forked and hidden ends with a pouchd that is killed, before the next one starts', async () => {
      const wants = { user: 'root', namespaces: 'host', command: command('hides') };
      const grants = { sidecars: { one: { user: 'root', host: true } } };
      await start([one(wants)], { grants });
      const hidden = async () => await findProcesses((argv) => argv[1] === '4242.5');
      await eventually(async () => (await hidden()).length === 2, 'two hidden processes');
      await daemon.it.kill9();
      await eventually(async () => (await hidden()).length === 0, 'all have ended');
      await daemon.it.start();
      await plainRun();
    });

    it('a new version whose sidecar does not start leaves the old one', async () => {
      await start([one()]);
      await declare([one({ command: command('crash') })]);
      assert.match(await reload(), /ended before it was ready/);
      assert.equal((await statuses())[0]?.phase, 'running');
      await plainRun();
    });

    it('pouchd, killed while one starts: the next one has one process', async () => {
      const go = at('go');
      const entry = { isolation: 'in-process' as const };
      await declare([one({ keep: true, command: command('later', go) })], entry);
      const cutOff = pouch('plugin', 'reload');
      const started = () => findProcesses((argv) => argv[1] === at('sidecar.sh') && argv[2] === 'later');
      await eventually(async () => (await started()).length > 0, 'started');
      await daemon.it.kill9();
      await cutOff;
      await writeFile(go, '');
      await daemon.it.start();
      await eventually(async () => (await statuses())[0]?.phase === 'running', 'ready');
      assert.equal((await started()).length, 1);
      // Without the record of it another one is started.
      await daemon.it.kill9();
      await rm(join(daemon.it.state, 'sidecars/side.one.json'));
      await daemon.it.start();
      assert.equal((await statuses())[0]?.adopted, false);
      assert.equal((await started()).length, 1);
      await rm(go);
      await plainRun();
    });

    it('that of a plugin in pouchd is root’s, and may mount', async () => {
      await start([one({ command: command('mount') })], { isolation: 'in-process' });
      const mounted = () => readFileSync('/proc/self/mountinfo', 'utf8').includes('side.one/mnt ');
      assert.ok(mounted());
      assert.match(await logs(), /user 0 /);
      await daemon.it.kill9();
      await daemon.it.start();
      assert.equal((await statuses())[0]?.phase, 'running');
      await plainRun();
      assert.ok(!mounted());
    });

    it('one that did its work and is not to be started again is shown as ended', async () => {
      await declare([one({ command: command('once'), restart: 'on-failure', ready: undefined })]);
      await reload();
      await eventually(async () => (await statuses())[0]?.phase === 'ended', 'ended');
      assert.equal((await details()).state, 'active');
      await plainRun();
    });

    it('one that needs SIGKILL, floods its output or forks without end costs its plugin only', async () => {
      for (const mode of someOf(['stubborn', 'flood', 'bomb'])) {
        await start([one({ command: command(mode), stop: { graceMs: 200 }, limits: { pids: 64 } })]);
        assert.equal(await daemon.sh('echo beside'), 'beside');
        await plainRun();
      }
    });

    it('one that fails repeatedly quarantines its plugin', async () => {
      const go = at('go');
      await writeFile(go, '');
      await start([one({ command: command('later', go), attempts: 2 })]);
      const kill = async () => process.kill((await statuses())[0]!.pid!, 'SIGKILL');
      await kill();
      await eventually(async () => (await statuses())[0]?.restarts === 1, 'restarted');
      await eventually(async () => (await statuses())[0]?.phase === 'running', 'ready');
      await kill();
      await eventually(async () => (await details()).state === 'quarantined', 'quarantined');
      const { stderr, stdout } = await pouch('doctor');
      assert.match(stdout + stderr, /sidecar one[^]*has failed 2 times in a row/);
      assert.equal(await daemon.sh('echo beside'), 'beside');
      assert.deepEqual(await files(), []);
      await rm(go);
      await plainRun();
    });

    it('bad ones quarantine their plugin, and leave nothing', async () => {
      const root = { command: ['/bin/true'], ready: undefined };
      const bad: Record<string, [problem: RegExp, sidecars: object[], entry?: Entry]> = {
        missing: [/no-such/, [one({ command: [at('no-such')] })]],
        crash: [/ended before it was ready[^]*cannot work/, [one({ command: command('crash') })]],
        'never ready': [
          /not ready within 300 ms/,
          [one({ ready: { line: 'never printed' }, readyWithinMs: 300 })],
        ],
        'no socket': [/not ready within 300 ms/, [one({ ready: { socket: 'x' }, readyWithinMs: 300 })]],
        relative: [/must begin with an absolute path/, [one({ command: ['sh'] })]],
        path: [/ready/, [one({ ready: { socket: '../x' } })]],
        field: [/nmae/, [one({ nmae: 1 })]],
        twice: [/sidecar side\/one is contributed by/, [one(), one()]],
        many: [/expected at most 8/, Array.from({ length: 9 }, (_, i) => one({ name: `s${i}` }))],
        user: [/wants user: root, which its entry/, [one({ ...root, user: 'root' })]],
        host: [/wants host: true, which its entry/, [one({ ...root, namespaces: 'host' })]],
        network: [/wants network: true, which/, [one({ ...root, network: true })]],
        keep: [/wants keep: true, which its entry/, [one({ ...root, keep: true })]],
        memory: [/wants memory: 1073741824, which/, [one({ ...root, limits: { memory: 1 << 30 } })]],
        less: [
          /wants memory: 67108864/,
          [one({ limits: { memory: 64 << 20 } })],
          { limits: { memory: '32m' } },
        ],
      };
      for (const [name, [problem, sidecars, entry]] of someOf(Object.entries(bad))) {
        await declare(sidecars, entry);
        const output = await reload();
        assert.match(output, problem, `${name}: ${output}`);
        assert.deepEqual(await files(), [], name);
      }
      await plainRun();
    });

    sampleTests(this);
  });
});
