import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { image as debian } from '../../scripts/quickstart/place.ts';
import { useDebian } from '../support/debianImage.ts';
import { freePort } from '../support/freePort.ts';
import { everyCase } from '../support/someOf.ts';
import { ociRuntimes } from '../support/ociRuntimes.ts';
import { useDaemon } from '../support/useDaemon.ts';

const support = join(import.meta.dirname, 'support/richIntruder');

describe('an intruder with root in a rich container', function () {
  this.timeout(180_000);
  const daemon = useDaemon();
  const { ok } = daemon;
  const gateway = () => daemon.it.names.subnet.replace(/0\/24$/, '1');
  const abstractName = `intruder-${process.pid}`;
  const servers: Server[] = [];
  let port: number;

  useDebian(daemon);
  before(async () => {
    port = await freePort();
    await listen({ port, host: '127.0.0.1' });
    await listen({ path: `\0${abstractName}` });
  });
  after(() => servers.forEach((server) => server.close()));
  afterEach(() => daemon.pouch('rm', '-f', 'box', 'victim'));

  async function listen(address: { port: number; host: string } | { path: string }): Promise<void> {
    const server = createServer((socket) => socket.on('error', () => {}).end('hello\n'));
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(address, resolve));
  }

  /** What the intruder gets done, and how many attempts there were. */
  async function attempts(name: string): Promise<{ done: string[]; count: number }> {
    const variables = {
      DISK: 'loop0',
      MAJOR: '7',
      MINOR: '0',
      HOST_PORT: String(port),
      HOST_ABSTRACT: abstractName,
      GATEWAY: gateway(),
      HOST_INODE: '/etc/hosts',
    };
    const flags = Object.entries(variables).flatMap(([key, value]) => ['-e', `${key}=${value}`]);
    const input = await readFile(join(support, 'attempts.sh'), 'utf8');
    const { stdout, stderr, exitCode } = await daemon.it.pouchWith(
      { input },
      ...['exec', '-i', ...flags, name, 'bash', '-s'],
    );
    assert.equal(exitCode, 0, stderr);
    const lines = stdout.trim().split('\n');
    return { done: lines.filter((line) => line.endsWith(': done')), count: lines.length };
  }

  it('the attempts are real: a privileged container gets half of them done', async () => {
    // In a network of its own: two attempts change the interface.
    const rights = ['--privileged', '--pid', 'host'];
    await ok('run', '-d', '--name', 'box', ...rights, debian, 'sleep', '1000');
    const { done, count } = await attempts('box');
    assert.ok(count > 80 && done.length > count / 2, `${done.length} of ${count}: ${done.join('\n')}`);
  });

  for (const runtime of ociRuntimes)
    for (const mode of ['systemd', 'dumb-init'])
      it(`${mode}, ${runtime}: gets none done`, async () => {
        const command = mode === 'systemd' ? [] : ['sleep', '1000'];
        await ok(
          ...['run', '-d', '--name', 'box', '--rich', '--rich-mode', mode, '--runtime', runtime, '--wait'],
          ...[debian, ...command],
        );
        const { done, count } = await attempts('box');
        assert.ok(count > 80, `${count} attempts`);
        assert.deepEqual(done, []);
      });

  const itIf = everyCase() ? it : it.skip;
  for (const runtime of ['runc', 'crun', 'runlxc'])
    itIf(`with engines inside, ${runtime}: gets only done what is its own`, async () => {
      await ok('run', '-d', '--name', 'box', '--rich', '--nested', '--runtime', runtime, '--wait', debian);
      const { done } = await attempts('box');
      const own = [
        'limits of a fresh cgroup2',
        'the keyring of the session',
        'an address of its own choice',
        'another MAC address',
      ];
      assert.deepEqual(
        done.filter((line) => !own.includes(line.replace(/: done$/, ''))),
        [],
      );
    });

  describe('on the bridge', () => {
    const macOf = (name: string) => ok('exec', name, 'cat', '/sys/class/net/eth0/address');
    const addressOf = async (name: string) => (await daemon.it.inspect(name))!.NetworkSettings.IPAddress;
    const believed = (name: string) =>
      ok('exec', name, 'awk', `$1 == "${gateway()}" { print $4 }`, '/proc/net/arp');

    /** Whether the victim takes the intruder for the gateway; the frames come from the MAC address of `sender`. */
    async function spoofs(sender: 'box' | 'victim'): Promise<boolean> {
      const [own, victimMac, victim] = [await macOf('box'), await macOf('victim'), await addressOf('victim')];
      await ok('exec', 'victim', 'ping', '-c', '1', '-W', '2', gateway());
      const args = ['eth0', own, victimMac, victim, gateway(), sender === 'box' ? own : victimMac];
      const input = await readFile(join(support, 'spoof.pl'), 'utf8');
      const sent = await daemon.it.pouchWith({ input }, 'exec', '-i', 'box', 'perl', '-', ...args);
      assert.equal(sent.exitCode, 0, sent.stderr);
      return (await believed('victim')) === own;
    }

    const begin = async (...options: string[]) => {
      await ok('run', '-d', '--name', 'box', ...options, debian, 'sleep', '1000');
      await ok('run', '-d', '--name', 'victim', 'busybox', 'sleep', '1000');
    };

    it('the frames are real: a plain container takes the gateway’s address', async () => {
      await begin();
      assert.equal(await spoofs('box'), true);
    });

    it('a rich container cannot take the address of the gateway, whatever MAC address it sends from', async () => {
      await begin('--rich', '--rich-mode', 'dumb-init');
      assert.equal(await spoofs('box'), false);
      assert.equal(await spoofs('victim'), false);
    });

    (everyCase() ? it : it.skip)('nor can one with engines inside', async () => {
      await begin('--rich', '--rich-mode', 'dumb-init', '--nested');
      assert.equal(await spoofs('box'), false);
      assert.equal(await spoofs('victim'), false);
    });
  });
});
