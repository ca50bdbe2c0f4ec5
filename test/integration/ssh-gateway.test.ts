import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { image as debian } from '../../scripts/quickstart/place.ts';
import { useDebian } from '../support/debianImage.ts';
import { freePort } from '../support/freePort.ts';
import { useDaemon } from '../support/useDaemon.ts';

const withinMs = 30_000;

const directory = mkdtempSync(join(tmpdir(), 'pouch-ssh-'));
const file = (name: string) => join(directory, name);
for (const name of ['alice', 'stranger', 'deploy'])
  await execa('ssh-keygen', ['-q', '-t', name === 'deploy' ? 'rsa' : 'ed25519', '-N', '', '-f', file(name)]);
const publicKey = (name: string) => readFileSync(file(`${name}.pub`), 'utf8').trim();
const port = await freePort();

const yamlWith = (limits: string) => `plugins:
  - name: ssh-gateway
    options:
      enabled: true
      listen: 127.0.0.1:${port}
      containerKeys: [exec]
      limits: { ${limits} }
      users:
        - name: alice
          keys: ['${publicKey('alice')}']
          rights:
            - { containers: ['web*'], users: ['*'], allow: [shell, exec, sftp, forward] }
            - { labels: [role=db], allow: [exec] }
`;

describe('ssh-gateway', function () {
  this.timeout(120_000);
  const daemon = useDaemon({ yaml: yamlWith('attempts: 3, loginSeconds: 2, channels: 3') });
  const { ok } = daemon;

  useDebian(daemon);
  before(async () => {
    await ok('run', '-d', '--name', 'web', '--network', 'none', debian, 'sleep', '100000');
    const own = ['--ssh-key', `nobody:@${file('deploy.pub')}`];
    await ok(
      'run',
      '-d',
      '--name',
      'db',
      '--network',
      'none',
      '-l',
      'role=db',
      ...own,
      'busybox',
      'sleep',
      '100000',
    );
  });
  after(() => rmSync(directory, { recursive: true }));

  const options = (key: string) =>
    [
      ...['StrictHostKeyChecking=accept-new', `UserKnownHostsFile=${file('known')}`, 'BatchMode=yes'],
      ...['IdentitiesOnly=yes', `IdentityFile=${file(key)}`, 'IdentityAgent=none', `Port=${port}`],
    ].flatMap((option) => ['-o', option]);
  /** Runs ssh; a failure is a result. */
  const ssh = (login: string, args: string[], { key = 'alice', input = '' } = {}) =>
    execa('ssh', [...options(key), `${login}@127.0.0.1`, ...args], {
      input,
      reject: false,
      timeout: withinMs,
    });
  const audit = () =>
    readFileSync(join(daemon.it.root, 'ssh-gateway/audit.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, string>);
  const processes = (pattern: string) => daemon.pouch('exec', 'web', 'pgrep', '-f', pattern);

  it('runs commands with input, both outputs and the exit code, as a user inside', async () => {
    const { stdout, stderr, exitCode } = await ssh('web', ['cat; id -un; echo bad >&2; exit 7'], {
      input: 'in\n',
    });
    assert.deepEqual([stdout, stderr.replace(/^Warning.*\r?\n?/gm, ''), exitCode], ['in\nroot', 'bad', 7]);
    const other = await ssh('web', ['echo "$HOME"; pwd']);
    assert.equal(other.stdout, '/root\n/root');
    assert.ok(await waitUntil(() => audit().at(-1)!['event'] === 'end', { withinMs }));
    const last = audit().at(-1)!;
    const { event, who, container, user, what, result, key } = last;
    assert.deepEqual(
      [event, who, container, user, what, result],
      ['end', 'alice', 'web', 'root', 'exec', '0'],
    );
    assert.match(key!, /^SHA256:/);
    assert.ok(!JSON.stringify(last).includes('$HOME'));
  });

  it('gives a login shell on a terminal', async () => {
    const { stdout, exitCode } = await ssh('web', ['-tt'], { input: 'tty; shopt login_shell; exit 3\n' });
    assert.match(stdout, /\/dev\/pts\/\d+\r?\n[^]*login_shell\s+on/);
    assert.equal(exitCode, 3);
  });

  it('copies files by sftp and scp', async () => {
    const content = 'x'.repeat(3_000_000);
    writeFileSync(file('big'), content);
    await execa('scp', [...options('alice'), file('big'), 'web@127.0.0.1:/srv/big']);
    const batch = `rename /srv/big /srv/other\nget /srv/other ${file('back')}\nmkdir /srv/dir\nls -l /srv\n`;
    const { stdout } = await execa('sftp', ['-b', '-', ...options('alice'), 'web@127.0.0.1'], {
      input: batch,
    });
    assert.equal(readFileSync(file('back'), 'utf8'), content);
    assert.match(stdout, /drwx.*dir\n-rw.*3000000.*other/);
  });

  it('forwards connections to ports that only the container reaches', async () => {
    await ok(
      'exec',
      '-d',
      'web',
      'sh',
      '-c',
      'mkdir -p /run/sshd; ssh-keygen -A; exec /usr/sbin/sshd -D -o ListenAddress=127.0.0.1',
    );
    const [local, dead] = [await freePort(), await freePort()];
    const forwards = ['-N', '-L', `${local}:localhost:22`, '-L', `${dead}:127.0.0.1:9`];
    const client = execa('ssh', [...options('alice'), ...forwards, 'web@127.0.0.1'], { reject: false });
    try {
      const banner = () => firstLine(local).then((line) => /^SSH-2\.0-OpenSSH/.test(line));
      assert.ok(await waitUntil(banner, { withinMs }));
      assert.equal(await firstLine(dead), '');
      assert.match(
        audit()
          .map(({ target }) => target)
          .join(),
        /localhost:22.*127\.0\.0\.1:9/,
      );
    } finally {
      client.kill();
      await client;
    }
  });

  it('keeps to rights by container, label, user and action', async () => {
    assert.equal((await ssh('db', ['echo yes'])).stdout, 'yes');
    const refused = await ssh('db', []);
    assert.match(refused.stderr, /alice may not use shell here/);
    assert.equal(refused.exitCode, 255);
    const closed = await execa('ssh', [...options('alice'), '-W', '127.0.0.1:1', 'db@127.0.0.1'], {
      reject: false,
    });
    assert.match(closed.stderr, /open failed/);
    for (const [login, key] of [
      ['nobody+db', 'alice'],
      ['nosuch', 'alice'],
      ['web', 'stranger'],
      ['db', 'deploy'],
      ['a+b+web', 'alice'],
    ] as const) {
      const { stderr, exitCode } = await ssh(login, ['id'], { key });
      assert.match(stderr, /Permission denied \(publickey\)/, login);
      assert.equal(exitCode, 255);
    }
    const found = audit().filter(({ event }) => event === 'refused');
    assert.deepEqual(
      new Set(found.map(({ result }) => result)),
      new Set(['no right', 'no such container', 'expected CONTAINER or USER+CONTAINER']),
    );
  });

  it('takes the keys that a container was created with', async () => {
    const { stderr, exitCode } = await ssh('nobody+db', ['id'], { key: 'deploy' });
    // The account of busybox has no shell, which its program says.
    assert.ok(exitCode === 0 || !stderr.includes('Permission denied'), stderr);
    assert.equal(audit().at(-1)!['who'], 'key of db');
  });

  it('names a container that does not run', async () => {
    await ok('pause', 'db');
    const { stderr, exitCode } = await ssh('db', ['id']);
    assert.match(stderr, /pouch: .*db is paused/);
    assert.equal(exitCode, 255);
    await ok('unpause', 'db');
    assert.equal((await ssh('db', ['echo again'])).stdout, 'again');
  });

  it('closes connections that do not log in, and refuses further sessions of one that has many', async () => {
    const socket = connect(port, '127.0.0.1');
    const since = Date.now();
    await new Promise((resolve) => socket.once('close', resolve).resume());
    assert.ok(Date.now() - since < 10_000);
    const control = ['-o', `ControlPath=${file('control')}`];
    const master = execa('ssh', [...options('alice'), ...control, '-MN', 'web@127.0.0.1'], { reject: false });
    const through = (command: string) =>
      execa('ssh', [...control, 'web@127.0.0.1', command], { reject: false, timeout: withinMs });
    try {
      assert.ok(await waitUntil(async () => (await through('true')).exitCode === 0, { withinMs }));
      const busy = [1, 2, 3].map(() => through('exec sleep 4242'));
      assert.ok(
        await waitUntil(async () => (await processes('^sleep 4242')).stdout.split('\n').length === 4, {
          withinMs,
        }),
      );
      assert.match((await through('true')).stderr, /open refused|open failed/);
      master.kill();
      await Promise.all(busy);
      assert.ok(await waitUntil(async () => (await processes('^sleep 4242')).exitCode === 1, { withinMs }));
    } finally {
      master.kill();
      await master;
    }
  });

  it('ends what a client that leaves has started', async () => {
    for (const terminal of [[], ['-tt']]) {
      const args = [...options('alice'), ...terminal, 'web@127.0.0.1', 'sleep 4343; true'];
      const client = execa('ssh', args, { reject: false });
      assert.ok(await waitUntil(async () => (await processes('^sleep 4343')).exitCode === 0, { withinMs }));
      client.kill('SIGKILL');
      await client;
      assert.ok(await waitUntil(async () => (await processes('^sleep 4343')).exitCode === 1, { withinMs }));
    }
  });

  it('serves again after pouchd was killed, with the same key, and no process of a session is left', async () => {
    const client = execa('ssh', [...options('alice'), 'web@127.0.0.1', 'sleep 4444; true'], {
      reject: false,
    });
    assert.ok(await waitUntil(async () => (await processes('^sleep 4444')).exitCode === 0, { withinMs }));
    await daemon.it.kill9();
    await daemon.it.start();
    assert.equal((await client).exitCode, 255);
    assert.ok(await waitUntil(async () => (await processes('^sleep 4444')).exitCode === 1, { withinMs }));
    const { stdout } = await ssh('web', ['echo', 'again']);
    assert.equal(stdout, 'again');
  });

  describe('with small limits', function () {
    /** What they have counted is gone with the earlier gateway. */
    const limit = async (limits: string) => {
      await daemon.it.configure(yamlWith(limits));
      await daemon.it.restart();
    };
    const isRefused = async () => (await firstLine(port)) === '';

    it('closes a connection that is idle, with its process, and keeps one with data', async () => {
      await limit('idleSeconds: 2');
      const args = [...options('alice'), 'web@127.0.0.1'];
      const busy = execa('ssh', [...args, 'while :; do echo data; sleep 0.5; done'], { reject: false });
      const idle = execa('ssh', [...args, 'sleep 4545; true'], { reject: false, timeout: withinMs });
      try {
        assert.equal((await idle).exitCode, 255);
        assert.ok(await waitUntil(async () => (await processes('^sleep 4545')).exitCode === 1, { withinMs }));
        assert.equal(busy.exitCode, null);
      } finally {
        busy.kill();
        await busy;
      }
    });

    it('refuses an address that connects too often', async () => {
      await limit('newPerMinute: 3');
      assert.deepEqual([await isRefused(), await isRefused(), await isRefused()], [false, false, false]);
      assert.equal(await isRefused(), true);
    });

    it('refuses an address whose logins fail too often, and serves its connections', async () => {
      await limit('failuresPerMinute: 2, attempts: 10');
      const busy = execa('ssh', [...options('alice'), 'web@127.0.0.1', 'cat; echo served'], {
        reject: false,
      });
      assert.ok(await waitUntil(async () => (await processes('^cat')).exitCode === 0, { withinMs }));
      for (const left of [2, 1]) {
        assert.equal(await isRefused(), false, `${left} left`);
        assert.match((await ssh('web', ['id'], { key: 'stranger' })).stderr, /Permission denied/);
      }
      assert.equal(await isRefused(), true);
      assert.equal((await ssh('web', ['id'])).exitCode, 255);
      busy.stdin.end('in\n');
      assert.equal((await busy).stdout, 'in\nserved');
    });

    it('refuses further connections of an address that has many', async () => {
      await limit('connectionsPerAddress: 1');
      const one = connect(port, '127.0.0.1');
      await new Promise((resolve) => one.once('data', resolve));
      assert.equal(await isRefused(), true);
      one.destroy();
      assert.ok(await waitUntil(async () => !(await isRefused()), { withinMs }));
    });
  });
});

/** Empty if the connection is closed without one. */
function firstLine(from: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(from, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.once('data', (data) => {
      resolve(data.toString('latin1').split('\r\n')[0]!);
      socket.destroy();
    });
    socket.once('close', () => resolve(''));
  });
}
