import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { keepDebian, loadKeptDebian } from '../support/debianImage.ts';
import { freePort } from '../support/freePort.ts';
import { makeDaemonDirectory } from '../support/daemonDirectory.ts';

const project = resolve(import.meta.dirname, '../..');

describe('npm run quickstart', function () {
  this.timeout(300_000);
  let dir = '';
  let env: Record<string, string> = {};

  before(async () => {
    dir = await makeDaemonDirectory();
    env = {
      POUCH_QUICKSTART_ROOT: join(dir, 'root'),
      POUCH_QUICKSTART_STATE: join(dir, 'state'),
      POUCH_QUICKSTART_SSH_PORT: String(await freePort()),
    };
  });

  after(async () => {
    await quickstart('remove');
    await rm(dir, { recursive: true });
  });

  const quickstart = async (...args: string[]) =>
    execa('node', ['scripts/quickstart.mjs', ...args], {
      cwd: project,
      env,
      reject: false,
      all: true,
      stdin: 'ignore',
    });

  const pidOfDaemon = () => readFileSync(join(dir, 'state/pouchd.pid'), 'utf8');

  it('says in one sentence that the port is in use, and which other one to take', async () => {
    const port = Number(env['POUCH_QUICKSTART_SSH_PORT']);
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    const { exitCode, stderr } = await quickstart();
    server.close();
    await once(server, 'close');
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      new RegExp(
        `^Port ${port} of 127\\.0\\.0\\.1, .* POUCH_QUICKSTART_SSH_PORT=${port + 1} npm run quickstart$`,
      ),
    );
  });

  it('ends with a rich container that runs systemd and sshd', async () => {
    const host = `unix://${join(dir, 'state/pouchd.sock')}`;
    const isKept = await loadKeptDebian(host);
    const { exitCode, all } = await quickstart();
    if (!isKept) await keepDebian(host);
    assert.equal(exitCode, 0, all);
    assert.match(all, /systemd +running, failed units: 0\nsshd +active\naddress +\d+\.\d+\.\d+\.\d+,/);
    assert.match(all, /\$ bin\/pouch ps\nCONTAINER ID .*\n.* quickstart\n/);
  });

  it('changes nothing when it is run again', async () => {
    const daemon = pidOfDaemon();
    const { exitCode, all } = await quickstart();
    assert.equal(exitCode, 0, all);
    assert.doesNotMatch(all, /\$ bin\/pouch (run|start|image)/);
    assert.equal(pidOfDaemon(), daemon);
  });

  it('starts what has been stopped', async () => {
    const pouch = ['-H', `unix://${join(dir, 'state/pouchd.sock')}`];
    await execa(join(project, 'bin/pouch'), [...pouch, 'stop', 'quickstart']);
    const { exitCode, all } = await quickstart();
    assert.equal(exitCode, 0, all);
    assert.match(all, /\$ bin\/pouch start quickstart\n/);
  });

  it('removes all of it', async () => {
    const { exitCode, all } = await quickstart('remove');
    assert.equal(exitCode, 0, all);
    assert.deepEqual([existsSync(join(dir, 'root')), existsSync(join(dir, 'state'))], [false, false]);
  });
});
