import assert from 'node:assert/strict';
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { chmod, cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { descendantsOf } from '../../core/supervise/descendants.ts';
import { findProcesses } from '../../core/supervise/findProcess.ts';
import { identify } from '../../core/supervise/index.ts';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { documentedBlock } from '../support/documentedBlock.ts';
import { sampleTests } from '../support/someOf.ts';
import { useDaemon } from '../support/useDaemon.ts';

const support = resolve(import.meta.dirname, 'support');

type Args = Record<string, unknown>;

describe('processes of the host that belong to a container', function () {
  this.timeout(120_000);
  this.slow(20_000);
  const daemon = useDaemon();
  const { ok, pouch } = daemon;
  const at = (name: string) => join(daemon.it.dir, name);
  let helper = '';

  before(async () => {
    helper = at('helper');
    await cp(join(support, 'planEffects.py'), at('plan-effects'));
    await cp(join(support, 'helper.sh'), helper);
    for (const file of [at('plan-effects'), helper]) await chmod(file, 0o755);
    await cp(join(support, 'plugins/plansProcesses.ts'), at('plans-processes.ts'));
    await mkdir(at('shared'), { mode: 0o755 });
    await writeFile(at('shared/file'), 'shared\n', { mode: 0o666 });
    await chmod(at('shared/file'), 0o666);
    await grant({ 'host.process': true });
  });

  // What a test leaves that fails is not the failure of the next one.
  afterEach(async () => {
    const { containers } = daemon.it.client;
    for (const { Id } of await containers.list({ all: true }))
      await containers.remove(Id, { force: true }).catch(() => undefined);
  });

  /** The plugin is a process of its own, with these grants. */
  async function grant(effects: object, grants: object = {}, more = ''): Promise<void> {
    const entry = { path: at('plan-effects'), grants: { effects, ...grants } };
    await daemon.it.configure(`${more}plugins:\n  - ${JSON.stringify(entry)}\n`);
    await ok('plugin', 'reload');
  }

  const process = (name: string, mode: string, args: Args = {}) => ({
    kind: 'host.process',
    args: { name, argv: [helper, ...mode.split(' ')], ...args },
  });
  const sees = (...read: string[]) => ({ paths: { read } });
  const labelled = (effects: object) => ['--label', `effects=${JSON.stringify(effects)}`];
  const run = (name: string, effects: object, ...more: string[]) =>
    ok('run', '-d', '--name', name, ...labelled(effects), ...more, 'busybox', 'sleep', '1000');
  const eventually = async (condition: () => boolean | Promise<boolean>, what: string) =>
    assert.ok(await waitUntil(condition, { withinMs: 20_000, everyMs: 50 }), what);
  const logs = () => ok('plugin', 'logs', 'plan-effects');
  const logged = (text: string | RegExp) =>
    eventually(async () => new RegExp(text).test(await logs()), `the log has ${text}`);
  const running = (mode: string) =>
    findProcesses((argv) => argv.includes(helper) && argv.includes(mode) && !argv.includes('--'));
  const statusOf = async (container: string, key = 'p') => {
    const lines = (await ok('effects', 'ls', container)).split('\n');
    return lines.find((line) => line.startsWith(`${key} `)) ?? '';
  };
  const pidOf = async (container: string) =>
    Number(/running \(pid (\d+)\)/.exec(await statusOf(container))?.[1]);
  const isAlive = (pid: number) => identify(pid) !== undefined;

  /** No process has leftovers, and containers run. */
  async function plainRun(): Promise<void> {
    const left = [...(await daemon.it.inventory())].filter((line) => /\/processes/.test(line));
    assert.deepEqual(left, []);
    assert.equal(await daemon.sh('echo works'), 'works');
  }

  async function refused(code: string, message: RegExp, effects: object): Promise<string> {
    const { exitCode, stderr } = await pouch('run', '-d', '--name', 'no', ...labelled(effects), 'busybox');
    await pouch('rm', '-f', 'no');
    assert.equal(exitCode, 125, stderr);
    assert.match(stderr, new RegExp(code));
    assert.match(stderr, message);
    return stderr;
  }

  it('starts before the container as nobody, in namespaces and a cgroup of its own; ends with stop, start, rm', async () => {
    const id = await run('one', { p: process('one', 'serve', { ready: { line: 'ready' } }) });
    const pid = await pidOf('one');
    const [, user, net, mnt, of, cwd] = /user (\d+) net (\S+) mnt (\S+) of (\S+) in ([^"\s]+)/.exec(
      await logs(),
    )!;
    assert.equal(user, readFileSync('/etc/passwd', 'utf8').match(/^nobody:x:(\d+)/m)?.[1]);
    assert.notEqual(net, readlinkSync('/proc/self/ns/net'));
    assert.notEqual(mnt, readlinkSync('/proc/self/ns/mnt'));
    assert.deepEqual([of, cwd], [id, '/']);
    const [inside] = await descendantsOf(pid);
    assert.match(
      readFileSync(`/proc/${inside!.pid}/cgroup`, 'utf8'),
      new RegExp(`/processes/[0-9a-f]{8}-${id}\\.one$`, 'm'),
    );
    assert.ok(existsSync(join(daemon.it.state, 'processes', id.slice(0, 12), 'one/mine')));
    assert.match(
      await ok('effects', 'why', 'one', 'p'),
      /^State: +applied since \S+ \(.*\); running \(pid \d+\)$/m,
    );
    assert.match(
      await ok('effects', 'why', 'one', 'p'),
      /^Planned by: +plugin plan-effects at container\.preCreate/m,
    );
    await ok('stop', '-t', '0', 'one');
    assert.ok(!isAlive(pid));
    assert.match(await logs(), /asked to end/);
    assert.match(await statusOf('one'), / planned /);
    await plainRun();
    await ok('start', 'one');
    assert.ok(isAlive(await pidOf('one')));
    await ok('rm', '-f', 'one');
    assert.deepEqual(await running('serve'), []);
    await plainRun();
  });

  it('the example of the guide: a container uses the socket of a process', async () => {
    const guide = 'guides/effects.md';
    const words = ["'/usr/libexec/corp-key-agent', '--serve'", '/usr/libexec/corp-key-agent, --serve'];
    const [plugin = '', yaml = ''] = [`name: 'key-agent'`, '/usr/libexec/corp-key-agent, --serve'].map(
      (text) =>
        documentedBlock(guide, text)
          .replace(words[0]!, `'${helper}', 'socket'`)
          .replace(words[1]!, `${helper}, socket`)
          .replaceAll('/etc/corp/keys', at('shared'))
          .replace('./key-agent.ts', at('key-agent.ts')),
    );
    await writeFile(at('key-agent.ts'), plugin);
    await daemon.it.configure(yaml);
    await ok('plugin', 'reload');
    await ok('run', '-d', '--name', 'uses', '--label', 'corp.keys=a', 'busybox', 'sleep', '1000');
    assert.match(await ok('exec', 'uses', 'ls', '/run/keys'), /agent\.sock/);
    await ok('rm', '-f', 'uses');
    await grant({ 'host.process': true });
    await plainRun();
  });

  it('sees the paths of its effect, and no others', async () => {
    const reads = process('sees', `reads ${daemon.it.root} ${at('shared/file')}`, {
      paths: { read: [at('shared')] },
    });
    await run('sees', { p: reads });
    await logged('read');
    assert.doesNotMatch(await logs(), /sees"|wrote/);
    await ok('rm', '-f', 'sees');
    await run('sees', { p: { ...reads, args: { ...reads.args, paths: { write: [at('shared')] } } } });
    await logged('wrote');
    await ok('rm', '-f', 'sees');
    assert.equal(readFileSync(at('shared/file'), 'utf8'), 'x\n');
    await plainRun();
  });

  it('the network of the container, or the namespaces of the host as another user', async () => {
    await run('net', { p: { ...process('net', 'serve', { network: 'container' }), needs: ['netns'] } });
    const { Pid } = (await daemon.it.inspect('net'))!.State;
    await logged(readlinkSync(`/proc/${Pid}/ns/net`).replace(/[[\]]/g, '\\$&'));
    await ok('rm', '-f', 'net');
    await run('host', { p: process('host', 'hides', { namespaces: 'host', user: 'root', cwd: '/tmp' }) });
    const mnt = readlinkSync('/proc/self/ns/mnt').replace(/[[\]]/g, '\\$&');
    await logged(`user 0 net \\S+ mnt ${mnt} of \\S+ in /tmp`);
    await ok('rm', '-f', 'host');
    await plainRun();
  });

  it('what has forked and hidden ends with it, and one that ignores SIGTERM is killed', async () => {
    const hidden = () => findProcesses((argv) => argv[1] === '4343.5');
    for (const namespaces of ['own', 'host']) {
      await run('hides', { p: process('hides', 'hides', { namespaces, ready: { line: 'ready' } }) });
      await eventually(async () => (await hidden()).length === 2, 'two hidden processes');
      await ok('rm', '-f', 'hides');
      assert.deepEqual(await hidden(), []);
    }
    await run('stays', {
      p: process('stays', 'stubborn', { ready: { line: 'ready' }, stop: { graceMs: 300 } }),
    });
    await ok('rm', '-f', 'stays');
    assert.deepEqual(await running('stubborn'), []);
    await plainRun();
  });

  it('a start that fails afterwards ends it; one that does not become ready fails the start with its output', async () => {
    const { exitCode } = await pouch(
      'run',
      '-d',
      '--name',
      'fails',
      ...labelled({ p: process('p', 'serve') }),
      'busybox',
      '/nosuch',
    );
    assert.equal(exitCode, 127);
    assert.deepEqual(await running('serve'), []);
    await pouch('rm', '-f', 'fails');
    await refused('PCH_PROCESS_START', /the process p .* ended before it was ready[^]*cannot work/, {
      p: process('p', 'crash', { ready: { line: 'ready' } }),
    });
    await refused('PCH_PROCESS_START', /was not ready within 300 ms/, {
      p: process('p', 'serve', { ready: { socket: 'x.sock' }, readyWithinMs: 300 }),
    });
    await plainRun();
  });

  it('a program that is missing, not executable, or that others can replace: known when it is planned', async () => {
    const plan = async (effects: object, message: RegExp) => {
      const { exitCode, stdout, stderr } = await pouch(
        'plan',
        'run',
        ...labelled(effects),
        'busybox',
        'true',
      );
      assert.equal(exitCode, 1);
      assert.match(stdout + stderr, message);
    };
    const of = (argv: string[], more: Args = {}) => ({
      p: { kind: 'host.process', args: { name: 'p', argv, ...more } },
    });
    await plan(of(['/nosuch/program']), /\/nosuch\/program does not exist/);
    await plan(of([at('shared/file')]), /is not an executable file[^]*chmod a\+x/);
    await plan(of(['/bin/true'], { user: 'nosuch' }), /the host has no user nosuch/);
    await refused('PCH_EFFECT_FAILED', /\/nosuch\/program does not exist/, of(['/nosuch/program']));
    await cp(helper, at('shared/open'));
    await chmod(at('shared/open'), 0o777);
    await refused('PCH_PLUGIN_UNSAFE', /can be written by every user/, of([at('shared/open')]));
    await rm(at('shared/open'));
    await refused('PCH_PLAN_INVALID', /argv\.0: expected the absolute path/, of(['sh']));
    await refused('PCH_PLAN_INVALID', /is of stage create, expected start/, {
      p: { ...process('p', 'serve'), stage: 'create' },
    });
    await plainRun();
  });

  it('its end is reported with its exit code, or it is started again until it has failed too often', async () => {
    await run('ends', { p: process('ends', 'ends 7') });
    await eventually(async () => /ended \(exit code 7\)/.test(await statusOf('ends')), 'exit code 7');
    const events = await ok('events', '--since', '1m', '--until', '0s', '-f', 'container=ends');
    assert.deepEqual(
      [...events.matchAll(/container (create|process_\w+) /g)].map(([, action]) => action),
      ['create', 'process_started', 'process_exited'],
    );
    assert.match(events, /process_started .*process=ends/);
    assert.match(events, /process_exited .*exit code 7/);
    await ok('rm', '-f', 'ends');
    await run('again', { p: process('again', 'serve', { onExit: 'restart', ready: { line: 'ready' } }) });
    const pid = await pidOf('again');
    globalThis.process.kill(pid, 'SIGKILL');
    await eventually(async () => /running .*restarts: 1/.test(await statusOf('again')), 'started again');
    assert.notEqual(await pidOf('again'), pid);
    await ok('rm', '-f', 'again');
    await run('fails', { p: process('fails', 'ends 4', { onExit: 'restart', attempts: 2 }) });
    await eventually(
      async () => /ended \(exit code 4\), restarts: 1/.test(await statusOf('fails')),
      'given up',
    );
    assert.match(await ok('events', '--since', '1m', '--until', '0s'), /process_failed/);
    await ok('rm', '-f', 'fails');
    await plainRun();
  });

  it('outlives pouchd with its container, is adopted, and its end is known; that of an undone start is gone', async () => {
    await run('kept', { p: process('kept', 'serve') });
    await run('ended', { p: process('ended', 'ends 6', {}) });
    const pid = await pidOf('kept');
    await run('again', { p: process('again', 'stubborn', { onExit: 'restart', stop: { graceMs: 100 } }) });
    await daemon.it.kill9();
    assert.ok(isAlive(pid));
    globalThis.process.kill((await running('stubborn'))[0]!.pid, 'SIGKILL');
    await daemon.it.start();
    assert.equal(await pidOf('kept'), pid);
    await eventually(async () => (await running('stubborn')).length === 1, 'started again');
    await ok('rm', '-f', 'again');
    assert.match(await statusOf('ended'), /ended \(exit code 6\)/);
    await daemon.it.restart();
    assert.equal(await pidOf('kept'), pid);
    const [inside] = await running('serve');
    globalThis.process.kill(inside!.pid, 'SIGUSR1');
    await eventually(
      async () => /ended \(SIGUSR1\)/.test(await statusOf('kept')),
      'the end of an adopted one',
    );
    await ok('rm', '-f', 'kept', 'ended');
    await plainRun();
  });

  it('a flood of output is bounded, and the memory of a process too', async () => {
    await run('flood', { p: process('flood', 'flood'), q: process('eats', 'eats', { memory: 32 << 20 }) });
    await logged('the plugin writes too much: lines are left out');
    await eventually(
      async () => /ended \(SIGKILL\)/.test(await statusOf('flood', 'q')),
      'killed by its limit',
    );
    assert.equal(await daemon.sh('echo works'), 'works');
    await ok('rm', '-f', 'flood');
    await plainRun();
  });

  it('one that leaves a flood behind is ended, and pouchd serves on', async () => {
    await run('leaves', { p: process('leaves', 'leaves', { namespaces: 'host' }) });
    await eventually(async () => /ended \(exit code 5\)/.test(await statusOf('leaves')), 'exit code 5');
    assert.equal(await daemon.sh('echo works'), 'works');
    await daemon.it.restart();
    assert.match(await statusOf('leaves'), /ended \(exit code 5\)/);
    await ok('rm', '-f', 'leaves');
    assert.deepEqual(
      await findProcesses((argv) => argv.some((word) => word.includes('what it has left'))),
      [],
    );
    await plainRun();
  });

  for (const [how, end] of [
    ['killed', () => daemon.it.kill9()],
    ['stopped', () => daemon.it.stop()],
  ] as const)
    it(`pouchd, ${how} while one becomes ready: it ends, and the start works again`, async () => {
      await grant({ 'host.process': true }, {}, 'shutdownTimeout: 1s\n');
      await daemon.it.restart();
      const go = at('shared/go');
      const effects = {
        p: process('later', `later ${go}`, { ready: { line: 'ready' }, ...sees(at('shared')) }),
      };
      await ok('create', '--name', 'later', ...labelled(effects), 'busybox', 'sleep', '1000');
      const cutOff = pouch('start', 'later');
      await eventually(async () => (await running('later')).length > 0, 'started');
      await end();
      await cutOff;
      await daemon.it.start();
      assert.deepEqual(await running('later'), []);
      await writeFile(go, '');
      await ok('start', 'later');
      await ok('rm', '-f', 'later');
      await rm(go);
      await plainRun();
    });

  it('two of one name are refused in the plan, and so is a path that does not exist', async () => {
    await refused('PCH_PLAN_INVALID', /the effects p and q both run a process named a/, {
      p: process('a', 'serve'),
      q: process('a', 'stubborn'),
    });
    await refused('PCH_EFFECT_FAILED', /nosuch of its `paths` does not exist/, {
      p: process('a', 'serve', { paths: { read: [at('nosuch')] } }),
    });
    await plainRun();
  });

  it('secrets of its environment are masked in the plan, in explain, in effects and in its log', async () => {
    const effects = { p: process('secret', 'secret', { env: { DB_PASSWORD: 'hunter22-secret' } }) };
    await grant({ 'host.process': true }, { secrets: true });
    await run('secret', effects);
    await logged('the password is \\*+');
    const outputs = [
      await logs(),
      await daemon.it.log(),
      await ok('effects', 'why', 'secret', 'p'),
      await ok('effects', 'ls', 'secret'),
      await ok('explain', 'secret', '--field', 'effects'),
      await ok('plan', 'run', ...labelled(effects), 'busybox', 'true'),
    ];
    for (const output of outputs) assert.doesNotMatch(output.replace(/effects=\S+/g, ''), /hunter22/);
    await ok('rm', '-f', 'secret');
    await grant({ 'host.process': true });
    await plainRun();
  });

  it('pouch effects drop leaves it running without its supervisor, and gc ends it', async () => {
    await run('drops', { p: process('drops', 'serve', { onExit: 'restart' }) });
    const pid = await pidOf('drops');
    await ok('effects', 'drop', 'drops', 'p');
    await ok('rm', '-f', 'drops');
    assert.ok(isAlive(pid));
    assert.match(await ok('effects', 'gc', '--dry-run'), /p +no container +run the process drops: /);
    await ok('effects', 'gc', '--force');
    assert.ok(!isAlive(pid));
    await plainRun();
  });

  it('a plugin that is removed meanwhile: the stop of the container ends the process', async () => {
    await run('orphan', { p: process('orphan', 'serve') });
    const pid = await pidOf('orphan');
    await daemon.it.configure('');
    await ok('plugin', 'reload');
    assert.equal(await pidOf('orphan'), pid);
    await ok('stop', '-t', '0', 'orphan');
    assert.ok(!isAlive(pid));
    await ok('rm', 'orphan');
    await grant({ 'host.process': true });
    await plainRun();
  });

  it('a plugin in pouchd plans it without a grant', async () => {
    const entry = {
      path: at('plans-processes.ts'),
      isolation: 'in-process',
      options: { argv: [helper, 'serve'] },
    };
    await daemon.it.configure(`plugins:\n  - ${JSON.stringify(entry)}\n`);
    await ok('plugin', 'reload');
    await ok('run', '-d', '--name', 'inside', 'busybox', 'sleep', '1000');
    assert.equal((await running('serve')).length, 1);
    assert.match(await ok('effects', 'ls', 'inside'), /running \(pid \d+\) +plans-processes/);
    await ok('rm', '-f', 'inside');
    await grant({ 'host.process': true });
    await plainRun();
  });

  it('without a grant for its whole argv the error has the YAML to add, which allows this and nothing else', async () => {
    const args = { env: { MODE: 'x' }, user: 'root', memory: 64 << 20, paths: { read: [at('shared')] } };
    const effects = { p: process('granted', 'serve', args) };
    await grant({ 'host.mount': true });
    const stderr = await refused(
      'PCH_EFFECT_NOT_GRANTED',
      /plugin plan-effects plans the effect p \(host\.process\)/,
      effects,
    );
    const grants = /(grants: \{ effects: .*\})/.exec(stderr)?.[1];
    await daemon.it.configure(`plugins: [{ path: ${at('plan-effects')}, ${grants} }]`);
    await ok('plugin', 'reload');
    await run('granted', effects);
    await ok('rm', '-f', 'granted');
    const others: object[] = [
      process('p', 'serve more', args),
      process('p', 'stubborn', args),
      process('p', 'serve', { ...args, env: { LD_PRELOAD: '/tmp/x.so' } }),
      process('p', 'serve', { ...args, memory: 65 << 20 }),
      process('p', 'serve', { ...args, namespaces: 'host', paths: undefined }),
      process('p', 'serve', { ...args, network: 'host' }),
      process('p', 'serve', { ...args, paths: { write: [at('shared')] } }),
    ];
    for (const p of others) await refused('PCH_EFFECT_NOT_GRANTED', /p \(host\.process\)/, { p });
    await grant({ 'host.process': true });
    await plainRun();
  });

  describe('pouchd, killed at a step', () => {
    const file = () => at('failpoint');
    before(() => daemon.it.restart({ failpoint: `@${file()}` }));

    for (const step of [
      'before:start:p',
      'applied:start:p',
      'after:start:p',
      'before:start:undo p',
      'applied:start:undo p',
    ])
      it(`${step}: the next one ends the process, and the start works again`, async () => {
        const isUndo = step.includes('undo');
        const command = isUndo ? ['/nosuch'] : ['sleep', '1000'];
        const effects = { p: process('cut', 'hides', { namespaces: 'host' }) };
        await ok('create', '--name', 'cut', ...labelled(effects), 'busybox', ...command);
        await writeFile(file(), step);
        await pouch('start', 'cut');
        assert.equal(await daemon.it.ended(), 'SIGKILL');
        await rm(file());
        await daemon.it.start({ failpoint: `@${file()}` });
        assert.deepEqual(await running('hides'), []);
        assert.deepEqual(await findProcesses((argv) => argv[1] === '4343.5'), []);
        if (!isUndo) await ok('start', 'cut');
        await ok('rm', '-f', 'cut');
        await plainRun();
      });
  });

  sampleTests(this);
});
