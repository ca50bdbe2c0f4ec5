import assert from 'node:assert/strict';
import { type ChildProcess, execFile as execFileLater, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { findProcesses } from '../../core/supervise/findProcess.ts';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { documentedBlock } from '../support/documentedBlock.ts';
import { RawClient } from '../support/RawClient.ts';
import { someOf } from '../support/someOf.ts';
import { useDaemon } from '../support/useDaemon.ts';

const execFile = promisify(execFileLater);
const support = resolve(import.meta.dirname, 'support');
const cli = resolve(import.meta.dirname, '../../bin/pouch');
const guide = 'guides/process-plugins.md';

/** A client that runs beside the test. */
interface Running {
  readonly child: ChildProcess;
  /** Its end, and that of its output. */
  readonly closed: Promise<unknown>;
  stdout: string;
  stderr: string;
}

describe('verbs of plugins that are processes', function () {
  this.timeout(120_000);
  this.slow(20_000);
  const daemon = useDaemon();
  const { ok, pouch, sh } = daemon;
  const at = (name: string) => join(daemon.it.dir, name);

  /** Reloads with the plugins of the test; `options` are those of the module. */
  async function use(options = ''): Promise<void> {
    const given = `options: { go: ${at('go')}/now${options} }, grants: { paths: { read: [${at('go')}] } }`;
    const names = [`{ path: ${at('badVerbs.ts')}, ${given} }`];
    for (const name of ['ugly', 'count', 'hello']) names.push(`{ path: ${at(name)} }`);
    await daemon.it.configure(`plugins:\n${names.map((entry) => `  - ${entry}\n`).join('')}`);
    await ok('plugin', 'reload');
  }

  before(async () => {
    await mkdir(at('go'), { mode: 0o755 });
    await cp(join(support, 'plugins/badVerbs.ts'), at('badVerbs.ts'));
    await cp(join(support, 'ugly_verb.py'), at('ugly'));
    await chmod(at('ugly'), 0o755);
    await writeFile(at('count'), documentedBlock(guide, "'name': 'count'"), { mode: 0o755 });
    await writeFile(at('hello'), documentedBlock(guide, 'pouch hello NAME'), { mode: 0o755 });
    await use();
  });

  /** A process that hangs takes calls until it is killed, half a second after a deadline. */
  async function becomes(expected: string, ...args: string[]): Promise<void> {
    let last: Awaited<ReturnType<typeof pouch>> | undefined;
    const matches = async () => (last = await pouch(...args)).stdout === expected;
    assert.ok(await waitUntil(matches, { withinMs: 30_000 }), JSON.stringify(last));
  }

  /** Verbs work, and so do containers. */
  async function works(): Promise<void> {
    await becomes('hello ann\n', 'greet', 'ann');
    await becomes("hello {'size': 7}\n", 'ugly', 'works', '--size', '7');
    assert.equal(await sh('echo plain'), 'plain');
  }

  function start(...args: string[]): Running {
    const child = spawn(cli, args, { env: { ...process.env, POUCH_HOST: daemon.it.host } });
    const running: Running = { child, closed: once(child, 'close'), stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => (running.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (running.stderr += chunk.toString()));
    return running;
  }

  async function ended({ child, closed }: Running): Promise<number | null> {
    await closed;
    return child.exitCode;
  }

  async function hasWritten(running: Running, text: string): Promise<void> {
    const has = () => running.stdout.includes(text);
    const found = await waitUntil(has, { withinMs: 30_000 });
    assert.ok(found, `${text} is not in ${running.stdout}, ${running.stderr}`);
  }

  /** What the plugin has written, and why its signal has aborted. */
  const seen = async () => await ok('seen');
  async function isSeen(expected: RegExp): Promise<void> {
    let last = '';
    const matches = async () => expected.test((last = await seen()));
    assert.ok(await waitUntil(matches, { withinMs: 30_000 }), last);
  }

  const memory = async () =>
    Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${daemon.it.pid}/status`, 'utf8'))?.[1]) / 1024;

  async function noOperations(): Promise<void> {
    const isEmpty = async () => (await daemon.it.client.pouch.ops()).length === 0;
    assert.ok(await waitUntil(isEmpty, { withinMs: 30_000 }), await ok('ops'));
  }

  it('are commands: arguments, options, output, exit code', async () => {
    assert.equal(
      await ok('greet', 'ann', 'bob', '--times', '2'),
      'hello ann\nhello ann\nhello bob\nhello bob',
    );
    const { exitCode, stdout, stderr } = await pouch('greet', '--is-loud', '--code=7', 'ann');
    assert.deepEqual([exitCode, stdout, stderr], [7, 'ANN\n', 'ends with 7\n']);
  });

  it('the examples of the guide are commands too: Python and shell', async () => {
    assert.equal(await ok('count', '3'), '1\n2\n3');
    assert.equal(await ok('count', '6', '--step', '3'), '3\n6');
    assert.equal(await ok('hello', 'ann'), 'hello ann');
    const { exitCode, stderr } = await pouch('count', '0');
    assert.equal(exitCode, 1, stderr);
    assert.match(stderr, /argument to must be >= 1\n +by plugin count\n/);
  });

  it('are in help, completion and `plugin inspect`', async () => {
    const help = await ok('--help');
    for (const line of [/^ +greet +Greet people$/m, /^ +count +Count to a number$/m])
      assert.match(help, line);
    assert.match(
      await ok('count', '--help'),
      /Usage: pouch count .*<to>\n\nCount to a number \(plugin count\)/,
    );
    assert.match(await ok('completion', 'bash'), /"count"\) echo "--step/);
    assert.match(await ok('plugin', 'inspect', 'count'), /"verb": \[\s*"count"\s*\]/);
  });

  it('output comes before the end, of a module and of an executable', async () => {
    const module = start('bad', 'waits');
    await hasWritten(module, 'first\n');
    await ok('release');
    assert.equal(await ended(module), 3);
    assert.equal(module.stdout, 'first\nsecond of version 1\n');
    const executable = await pouch('ugly', 'waits');
    assert.deepEqual([executable.exitCode, executable.stdout], [4, 'first\nresult taken\n']);
  });

  it('much output arrives whole and in its order, whether it is awaited or not', async () => {
    const { stdout } = await pouch('bad', 'writes much');
    const lines = stdout.split('\n');
    assert.equal(lines.length, 100_001);
    assert.deepEqual(
      lines.slice(0, -1).findIndex((line, index) => Number(line) !== index),
      -1,
    );
    const atOnce = await pouch('bad', 'writes at once');
    const numbers = Array.from({ length: 1000 }, (_, n) => `${n} `).join('');
    assert.equal(atOnce.exitCode, 0, atOnce.stderr.slice(0, 1000));
    assert.ok(atOnce.stdout.startsWith(numbers), atOnce.stdout.slice(0, 10_000));
    assert.ok(atOnce.stdout.slice(numbers.length) === '€'.repeat(3 * 1024 * 1024), 'the euros differ');
    assert.equal(atOnce.stderr.length, 600_000);
    assert.ok(atOnce.stderr === '\u{1f600}'.repeat(300_000), 'the faces differ');
  });

  describe('with a mistake or a fault: an error that names the plugin, and the next call works', () => {
    const rows: [string[], ...RegExp[]][] = [
      [['greet'], /missing required argument 'people'/],
      [
        ['greet', 'ann', '--times', 'x'],
        /option times must be integer, found string\n +by plugin bad-verbs\n/,
      ],
      [['greet', '--tims', '2', 'ann'], /unknown option '--tims'\nhint: Did you mean --times\?/],
      [
        ['greet', 'ann', 'nobody'],
        /found nobody\n +by plugin bad-verbs\nhint: name somebody\ncode: PCH_CONFLICT/,
      ],
      [['ugly', 'works', '--size', '10'], /option size must be <= 9\n +by plugin ugly\n/],
      [['ugly', 'works', 'more'], /too many arguments/],
      [['bad', 'throws'], /not today\n +by plugin bad-verbs\n/],
      [['bad', 'exits'], /its process ended \(exit code 7\)/, /by plugin bad-verbs/, /PCH_PLUGIN_PROCESS/],
      [['bad', 'is killed'], /its process ended \(SIGKILL\)/, /by plugin bad-verbs/, /PCH_PLUGIN_PROCESS/],
      [['bad', 'returns text'], /verb bad returned text; expected an exit code/, /by plugin bad-verbs/],
      [
        ['bad', 'returns 300'],
        /verb bad returned 300; expected an exit code from 0 to 125/,
        /PCH_PLUGIN_CONTRACT/,
      ],
      [['bad', 'returns NaN'], /verb bad returned NaN; expected an exit code/],
      [['bad', 'returns an object'], /verb bad returned an object; expected an exit code/],
      [['late', 'heeds'], /verb late did not end within 700 ms\n +by plugin bad-verbs/, /PCH_DEADLINE/],
      [['late', 'ignores'], /verb late did not end within 700 ms\n +by plugin bad-verbs/, /PCH_DEADLINE/],
      [['late', 'spins'], /verb late did not end within 700 ms\n +by plugin bad-verbs/, /PCH_DEADLINE/],
      [['ugly', 'refuses'], /not today\n +by plugin ugly\nhint: tomorrow\ncode: PCH_CONFLICT/],
      [
        ['ugly', 'unknown code'],
        /the plugin refused with the unknown code PCH_NOPE: not today\n +by plugin ugly/,
      ],
      [['ugly', 'unknown field'], /invalid message \(exit: /, /by plugin ugly/, /PCH_PLUGIN_PROTOCOL/],
      [['ugly', 'no id'], /replied to 12345, which is not an open request/, /by plugin ugly/],
      [['ugly', 'garbage'], /not JSON/, /hello world/, /by plugin ugly/, /PCH_PLUGIN_PROTOCOL/],
      [['ugly', 'returns text'], /verb ugly returned text; expected an exit code/, /by plugin ugly/],
      [['ugly', 'returns true'], /verb ugly returned true; expected an exit code/],
      [['ugly', 'returns a patch'], /the verb replied with a patch/, /by plugin ugly/],
      [['ugly', 'is killed'], /its process ended \(SIGKILL\)/, /by plugin ugly/, /PCH_PLUGIN_PROCESS/],
      [['ugly', 'never'], /verb ugly did not end within 3000 ms\n +by plugin ugly/, /PCH_DEADLINE/],
    ];
    for (const [args, ...expected] of someOf(rows))
      it(args.join(' '), async () => {
        const { exitCode, stderr } = await pouch(...args);
        assert.equal(exitCode, 1, stderr);
        for (const pattern of expected) assert.match(stderr, pattern);
        await works();
      });

    it('what was written before a crash is printed', async () => {
      for (const name of ['bad', 'ugly']) assert.equal((await pouch(name, 'is killed')).stdout, 'before\n');
      await works();
    });

    it('a method of a service that the plugin does not inject fails, and nothing else', async () => {
      assert.equal(await ok('ugly', 'unknown method'), '');
      await works();
    });
  });

  describe('whose client leaves', () => {
    for (const signal of ['SIGINT', 'SIGKILL'] as const)
      it(`by ${signal}: the verb is cancelled, and the operation is over`, async () => {
        const running = start('bad', 'waits');
        await hasWritten(running, 'first\n');
        assert.match(await ok('ops'), /bad/);
        running.child.kill(signal);
        await ended(running);
        await isSeen(/^0 verb bad: the client has left /);
        await noOperations();
        await works();
      });

    it('by the end of a pipe: the verb is cancelled', async () => {
      const command = `POUCH_HOST=${daemon.it.host} ${cli} bad floods | head -c 5`;
      const { stdout } = await execFile('sh', ['-c', command], { timeout: 60_000 });
      assert.equal(stdout, 'xxxxx');
      await isSeen(/verb bad: the client has left/);
      await works();
    });

    it('a verb that ignores it holds up nothing', async () => {
      const running = start('bad', 'ignores');
      const isRunning = async () => (await daemon.it.client.pouch.ops()).length > 0;
      assert.ok(await waitUntil(isRunning, { withinMs: 30_000 }), running.stderr);
      running.child.kill('SIGKILL');
      await ended(running);
      await noOperations();
      await works();
    });
  });

  describe('whose client does not read', () => {
    /** Runs a verb for a client that reads when `resume` is called. */
    function stalled(verb: string, how: string): RawClient {
      const client = new RawClient(join(daemon.it.state, 'pouchd.sock'));
      client.socket.pause();
      const body = JSON.stringify({ args: { how } });
      client.send(
        `POST /pouch/verbs/${verb} HTTP/1.1\r\nHost: pouch\r\nConnection: close\r\n` +
          `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
      return client;
    }

    it('a verb that waits is as slow as it, pouchd does not grow, and hooks of the plugin work', async () => {
      const before = await memory();
      const client = stalled('bad', 'floods');
      let last = -1;
      let unchanged = 0;
      const stands = async () => {
        const written = Number.parseInt(await seen());
        unchanged = written > 0 && written === last ? unchanged + 1 : 0;
        last = written;
        return unchanged >= 5;
      };
      assert.ok(await waitUntil(stands, { withinMs: 30_000 }), `${last} characters`);
      assert.ok(last < 2 * 1024 * 1024, `${last} characters`);
      assert.equal(await ok('run', '--rm', 'busybox', 'echo', 'meanwhile'), 'meanwhile');
      const growth = (await memory()) - before;
      assert.ok(growth < 64, `pouchd grew by ${growth} MiB`);
      client.socket.destroy();
      await isSeen(/verb bad: the client has left/);
      await works();
    });

    it('one that does not wait fails, once its client is 8 MiB behind', async () => {
      const before = await memory();
      const client = stalled('ugly', 'floods');
      const isRunning = async () => (await daemon.it.client.pouch.ops()).length > 0;
      assert.ok(await waitUntil(isRunning, { withinMs: 30_000 }));
      await noOperations();
      client.socket.resume();
      await client.until(/writes faster than its client reads/);
      const growth = (await memory()) - before;
      assert.ok(growth < 200, `pouchd grew by ${growth} MiB`);
      client.socket.destroy();
      await works();
    });
  });

  it('a verb that does not read the results of its calls does not fill the memory of pouchd', async () => {
    const before = await memory();
    const { stderr } = await pouch('ugly', 'floods lines');
    assert.match(stderr, /verb ugly did not end within 3000 ms/);
    const growth = (await memory()) - before;
    assert.ok(growth < 64, `pouchd grew by ${growth} MiB`);
    await works();
  });

  it('a reload while one runs: it ends with its version, and later calls have the new one', async () => {
    const running = start('bad', 'lasts');
    await hasWritten(running, 'first\n');
    assert.equal(await ok('later'), 'later');
    await use(', version: 2, hasLater: false');
    assert.match(await seen(), /version 2$/);
    assert.match((await pouch('later')).stderr, /unknown command 'later'/);
    assert.equal(running.child.exitCode, null);
    await writeFile(join(at('go'), 'now'), '');
    assert.equal(await ended(running), 0);
    assert.equal(running.stdout, 'first\nsecond of version 1\n');
    await works();
    await daemon.it.configure('');
    await ok('plugin', 'reload');
    const { exitCode, stderr } = await pouch('greet', 'ann');
    assert.equal(exitCode, 1);
    assert.match(stderr, /unknown command 'greet'/);
    assert.equal(await sh('echo plain'), 'plain');
    await use();
    await works();
  });

  it('kill -9 of pouchd while one runs: the client says so, the process ends, and the next pouchd has the verb', async () => {
    const running = start('bad', 'waits');
    await hasWritten(running, 'first\n');
    const processes = async () =>
      (await findProcesses((argv) => argv.some((one) => one === at('ugly')))).length;
    await daemon.it.kill9();
    assert.equal(await ended(running), 1);
    assert.match(running.stderr, /PCH_DAEMON_LOST/);
    assert.ok(await waitUntil(async () => (await processes()) === 0, { withinMs: 30_000 }));
    await daemon.it.start();
    await works();
  });
});
