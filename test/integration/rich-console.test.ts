import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { image as debian } from '../../scripts/quickstart/place.ts';
import { useDebian } from '../support/debianImage.ts';
import { initImages } from '../support/initImages.ts';
import { someOf } from '../support/someOf.ts';
import { useDaemon } from '../support/useDaemon.ts';

/** Longest for what a loaded host may take. */
const withinMs = 60_000;

/** Sequences that control a terminal, and carriage returns. */
const controls = /[\u001b\r]/;

/** Each is bootstrapped. */
const inits = someOf([initImages.sysvinit, initImages.openrc], 'consoles');

describe('the console of rich containers', function () {
  this.timeout(180_000);
  const daemon = useDaemon();
  const { ok, pouch } = daemon;
  const clients: Client[] = [];
  let files: string;

  useDebian(daemon);
  for (const image of inits) useDebian(daemon, image);
  before(async () => {
    files = await mkdtemp(join(tmpdir(), 'console-'));
    await chmod(files, 0o755);
    await ok('run', '-d', '--name', 'box', '--network', 'none', '--rich', '--wait', debian);
  });
  after(async () => {
    clients.forEach(({ socket }) => socket.destroy());
    await rm(files, { recursive: true, force: true });
  });

  afterEach(() => pouch('rm', '-f', 'other'));

  const open = async (name: string, detachKeys?: string) => {
    const { socket } = await daemon.it.client.containers.console(name, detachKeys ? { detachKeys } : {});
    const client = new Client(socket);
    clients.push(client);
    return client;
  };
  const logs = async (name: string) => (await pouch('logs', name)).stderr;
  const logsHave = async (name: string, text: RegExp) =>
    assert.ok(await waitUntil(async () => text.test(await logs(name)), { withinMs }), await logs(name));

  it('shows the boot to clients that come late, and takes what each of them types', async () => {
    const [first, second] = [await open('box'), await open('box')];
    for (const client of [first, second]) {
      await client.has(/^systemd \d\S* running in system mode/);
      await client.has(/\[ {2}OK {2}\] Reached target multi-user\.target/);
    }
    // A shell on it, as in emergency mode.
    const shell = 'exec sh -i </dev/console >/dev/console 2>&1';
    await ok('exec', '-d', 'box', 'setsid', 'sh', '-c', shell);
    await first.has(/# $/);
    await daemon.it.client.containers.resizeConsole('box', { height: 41, width: 123 });
    first.socket.write('echo sum=$((40+2)) $(stty size)\n');
    for (const client of [first, second]) await client.has(/sum=42 41 123/);
    second.socket.write('echo second=$((1+2))\n');
    await first.has(/second=3/);
  });

  it('is left by its keys, and outlives pouchd', async () => {
    const leaving = await open('box', 'ctrl-x,y');
    await leaving.has(/sum=42/);
    leaving.socket.write('\u0018y');
    assert.ok(await waitUntil(() => leaving.hasEnded, { withinMs }));
    await daemon.it.kill9();
    await daemon.it.start();
    const next = await open('box');
    await next.has(/running in system mode[^]*second=3/);
    next.socket.write('echo again=$((2+2))\n');
    await next.has(/again=4/);
  });

  it('is in the log, as lines without controls, and once beside the journal', async () => {
    await logsHave('box', /^again=4$/m);
    const [log, journal] = [await logs('box'), await ok('logs', 'box')];
    assert.match(log, /^systemd \d\S* running in system mode/);
    assert.match(log, /^\[ {2}OK {2}\] Reached target paths\.target/m);
    assert.doesNotMatch(log, /multi-user\.target - Multi/);
    assert.match(journal, /Reached target multi-user\.target/);
    assert.doesNotMatch(log + journal, controls);
  });

  it('has no getty of its own, and no unit fails', async () => {
    assert.equal(await ok('exec', 'box', 'systemctl', 'list-units', '--failed', '-q', '--no-pager'), '');
    const getty = await pouch('exec', 'box', 'systemctl', 'is-active', 'console-getty');
    assert.equal(getty.stdout.trim(), 'inactive');
    // The shell has it until then.
    const before = await open('box');
    before.socket.write('exit\n');
    assert.ok(
      await waitUntil(async () => (await pouch('exec', 'box', 'pgrep', '-t', 'pts/0')).exitCode === 1, {
        withinMs,
      }),
    );
    await ok('exec', 'box', 'systemctl', 'enable', '--now', '-q', 'console-getty');
    await (await open('box')).has(/\S+ login: $/);
  });

  it('ends with its container, and a restart has another one', async () => {
    const client = await open('box');
    await ok('restart', 'box');
    assert.ok(await waitUntil(() => client.hasEnded, { withinMs }));
    const next = await open('box');
    await next.has(/^systemd \d\S* running in system mode/);
    assert.doesNotMatch(next.text, /sum=42/);
    const { stdout } = await pouch('console', '--no-stdin', 'nosuch');
    assert.equal(stdout, '');
  });

  it('of a boot that fails is why, in the log', async () => {
    const boots = {
      missing: { unit: 'Requires=nosuch.service\n', why: /nosuch\.service not found/ },
      emergency: {
        unit: 'Requires=emergency.service\nAfter=emergency.service\nAllowIsolate=yes\n',
        why: /You are in emergency mode/,
      },
    };
    await Promise.all(
      Object.entries(boots).map(async ([name, { unit, why }]) => {
        const file = join(files, name);
        await writeFile(file, `[Unit]\n${unit}`);
        const target = ['-v', `${file}:/etc/systemd/system/default.target:ro`];
        await ok('run', '-d', '--name', name, '--network', 'none', ...target, '--rich', debian);
        await logsHave(name, why);
        await ok('rm', '-f', name);
      }),
    );
  });

  it('of a boot that does not come to its command is in the log when it ends', async () => {
    const file = join(files, 'masked');
    await writeFile(file, '');
    const target = ['-v', `${file}:/etc/systemd/system/default.target:ro`];
    await ok(
      'run',
      '-d',
      '--name',
      'late',
      '--network',
      'none',
      ...target,
      '--rich',
      debian,
      'sleep',
      '1000',
    );
    await (await open('late')).has(/Reached target rescue\.target/);
    assert.equal(await logs('late'), '');
    await ok('stop', 'late');
    assert.match(await logs('late'), /default\.target failed to load[^]*Reached target rescue\.target/);
  });

  for (const { reference } of inits)
    it(`of ${reference} is in the log to its end`, async () => {
      await ok('run', '-d', '--name', 'other', '--network', 'none', '--rich', '--wait', reference);
      await (
        await open('other')
      ).has(/INIT: Entering runlevel: 2\r+\n[^]*Starting periodic command scheduler/);
      await ok('stop', 'other');
      const log = await logs('other');
      // Not its last line: at the end of a session the kernel drops what the terminal has not passed on yet.
      assert.match(log, /^INIT: Entering runlevel: 2\n[^]*Deactivating swap/m);
      assert.doesNotMatch(log, controls);
      await ok('rm', 'other');
    });

  it('of other modes is their output, as that of a terminal, and with a terminal that', async () => {
    const services = ['--rich-service', 'ticker=while :; do echo tick; sleep 1; done'];
    await ok('run', '-d', '--name', 'other', '--network', 'none', '--rich', ...services, debian);
    await (await open('other')).has(/^ticker: tick\r\n/m);
    await ok('rm', '-f', 'other');
    await ok('run', '-dit', '--name', 'other', '--network', 'none', '--rich', debian, 'sh');
    const terminal = await open('other');
    await daemon.it.client.containers.resizeConsole('other', { height: 42, width: 124 });
    await terminal.has(/# $/);
    terminal.socket.write('echo sum=$((40+2)) $(stty size)\n');
    await terminal.has(/sum=42 42 124/);
    await ok('rm', '-f', 'other');
  });

  it('is refused for plain and stopped containers, and bad requests change nothing', async () => {
    await ok('run', '-d', '--name', 'plain', '--network', 'none', 'busybox', 'sleep', '1000');
    assert.match((await pouch('console', 'plain')).stderr, /a plain container[^]*PCH_INIT_CANNOT/);
    await ok('create', '--name', 'off', '--network', 'none', '--rich', debian);
    assert.match((await pouch('console', 'off')).stderr, /PCH_CONTAINER_NOT_RUNNING/);
    const keys = await pouch('console', '--detach-keys', 'ctrl-+', 'box');
    assert.match(keys.stderr, /--detach-keys[^]*PCH_OPTION_INVALID/);
    await assert.rejects(open('box', 'ctrl-+'), { code: 'PCH_OPTION_INVALID' });
    const size = { height: 70_000, width: -1 };
    await assert.rejects(daemon.it.client.containers.resizeConsole('box', size), { code: 'PCH_BAD_REQUEST' });
    await (await open('box')).has(/running in system mode/);
  });
});

/** What a client of a console has got. */
class Client {
  readonly socket: Duplex;
  text = '';
  hasEnded = false;

  constructor(socket: Duplex) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => (this.text += chunk.toString()));
    socket.on('error', () => undefined).on('close', () => (this.hasEnded = true));
    socket.on('end', () => (this.hasEnded = true));
  }

  async has(text: RegExp): Promise<void> {
    assert.ok(await waitUntil(() => text.test(this.text), { withinMs }), this.text);
  }
}
