import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { useDaemon } from '../support/useDaemon.ts';
import { SshServer } from './support/SshServer.ts';

const program = join(process.cwd(), 'bin/pouch');

describe('pouch over ssh', function () {
  this.timeout(60_000);
  this.slow(10_000);
  const daemon = useDaemon();
  let server: SshServer;
  let dir: string;
  const path = (name: string) => join(dir, name);
  const address = () => `ssh://root@127.0.0.1:${server.port}${daemon.it.host.slice('unix://'.length)}`;
  const over = (host: string, args: string[], input = '') =>
    execa(program, ['-H', host, ...args], {
      reject: false,
      input,
      timeout: 50_000,
      env: { PATH: `${server.path}:${process.env['PATH']}` },
    });

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'pt-ssh-'));
    server = await SshServer.start(dir);
  });
  after(async () => {
    server?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  /** A new connection of the server is another process, which reads these. */
  const authorize = async (options: string) => {
    const key = (await readFile(path('user.pub'), 'utf8')).replace(/^.*(ssh-ed25519)/, '$1');
    await writeFile(path('user.pub'), `${options}${key}`);
  };
  const forced = () => `restrict,command="${program} -H ${daemon.it.host} system dial-stdio" `;

  it('runs commands, streams and copies', async () => {
    await authorize(forced());
    const run = await over(address(), ['run', '-i', '--rm', 'busybox', 'cat'], 'hello');
    assert.equal(run.stdout, 'hello', run.stderr);
    const ps = await over(address(), ['ps', '-aq']);
    assert.equal(ps.exitCode, 0, ps.stderr);
    const large = 'x'.repeat(3_000_000);
    const cat = await over(
      address(),
      ['run', '-i', '--rm', 'busybox', 'sh', '-c', 'wc -c; head -c 2000000 /dev/zero'],
      large,
    );
    assert.match(cat.stdout, /^3000000\n/);
    assert.equal(cat.stdout.length, '3000000\n'.length + 2_000_000);
  });

  it('says what ssh, or the host, has against it', async () => {
    const text = async (host: string) => (await over(host, ['ps'])).stderr;
    await authorize('');
    assert.match(
      await text(address()),
      /pouch is not installed there.*\nhint: .*ssh HOST pouch version.*\ncode: PCH_DAEMON_UNREACHABLE/s,
    );
    await authorize(`restrict,command="${program} -H unix:///no/such.sock system dial-stdio" `);
    assert.match(
      await text(address()),
      /cannot reach pouchd at ssh:.*cannot reach pouchd at unix:\/\/\/no\/such\.sock/s,
    );
    assert.match(await text(`ssh://root@127.0.0.1:1`), /Connection refused/);
    await authorize('restrict,command="echo Welcome" ');
    assert.match(await text(address()), /prints something else than a response/);
    await authorize('from="192.0.2.1" ');
    assert.match(await text(address()), /Permission denied/);
    await authorize(forced());
  });
});
