import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { mountOn } from '../../core/host/mountinfo.ts';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { DockerPlugin } from '../support/DockerPlugin.ts';
import { useDaemon } from '../support/useDaemon.ts';

interface Body {
  Name: string;
  ID?: string;
  Opts?: Record<string, string>;
}

/** A volume plugin whose volumes are directories. */
class StandIn extends DockerPlugin {
  readonly directory: string;
  readonly calls: string[] = [];
  readonly volumes = new Map<string, { options: Record<string, string>; users: Set<string> }>();
  /** By method: an error that it reports, or no response. */
  faults: Record<string, string> = {};

  constructor(directory: string) {
    super('VolumeDriver', async (call, body) => {
      const method = call.replace('VolumeDriver.', '');
      this.calls.push(`${method} ${(body as Body).Name}`);
      const fault = this.faults[method];
      if (fault === 'hang') return undefined;
      return fault ? { Err: fault } : await this.#volumeCall(method, body as Body);
    });
    this.directory = directory;
  }

  async #volumeCall(method: string, { Name, ID = '', Opts = {} }: Body): Promise<object> {
    const Mountpoint = join(this.directory, Name);
    if (method === 'Create') {
      if (!this.volumes.has(Name)) this.volumes.set(Name, { options: Opts, users: new Set() });
      await mkdir(Mountpoint, { recursive: true });
      return {};
    }
    const volume = this.volumes.get(Name);
    if (!volume) return { Err: `no volume ${Name}` };
    if (method === 'Mount') volume.users.add(ID);
    if (method === 'Unmount' && !volume.users.delete(ID)) return { Err: 'not mounted' };
    if (method === 'Remove') {
      this.volumes.delete(Name);
      await rm(Mountpoint, { recursive: true });
    }
    return method === 'Get' ? { Volume: { Name, Status: { size: 7, list: [] } } } : { Mountpoint };
  }
}

describe('Docker’s volume plugins', function () {
  this.timeout(120_000);
  this.slow(10_000);
  const daemon = useDaemon();
  const { ok, pouch } = daemon;
  let plugin: StandIn;
  const socket = () => join(daemon.it.dir, 'shelf.sock');
  const target = () => join(daemon.it.root, 'volumes/data/_data');
  const isMounted = async () =>
    mountOn(target(), await readFile('/proc/self/mountinfo', 'utf8')) !== undefined;
  const settled = async (what: string, isSo: () => Promise<boolean>) =>
    assert.ok(await waitUntil(isSo, { withinMs: 30_000 }), what);
  const noUser = () =>
    settled(
      'no user of the volume',
      async () => plugin.volumes.get('data')?.users.size === 0 && !(await isMounted()),
    );

  before(async () => {
    plugin = new StandIn(join(daemon.it.dir, 'shelves'));
    await plugin.listen(socket());
    await daemon.it.configure(
      `plugins:\n  - { name: volume-docker, options: { drivers: { shelf: 'unix://${socket()}', away: null } } }\n`,
    );
    await daemon.it.reload(/configuration reloaded/);
  });
  after(() => plugin.close());

  it('create, mount, unmount and remove volumes, which containers share', async () => {
    await ok('volume', 'create', '-d', 'shelf', '-o', 'Depth=3', '-o', 'x.y/z=a b', 'data');
    assert.deepEqual(plugin.volumes.get('data')?.options, { Depth: '3', 'x.y/z': 'a b' });
    assert.match(await ok('volume', 'inspect', 'data'), /"size": 7/);
    const one = await ok(
      'run',
      '-d',
      '-v',
      'data:/data',
      'busybox',
      'sh',
      '-c',
      'echo hello >/data/x; sleep 1000',
    );
    await settled('a file', async () => (await readdir(join(plugin.directory, 'data'))).includes('x'));
    assert.equal(await daemon.sh('cat /data/x', '-v', 'data:/data:ro', '--userns', 'auto'), 'hello');
    await settled('one user', async () => plugin.volumes.get('data')?.users.size === 1);
    assert.equal(await ok('exec', one, 'cat', '/data/x'), 'hello');
    await ok('rm', '-f', one);
    await noUser();
    await ok('volume', 'rm', 'data');
    assert.equal(plugin.volumes.size, 0);
  });

  it('have their errors shown, and work after them', async () => {
    plugin.faults = { Create: 'the shelf is full' };
    const full = await pouch('volume', 'create', '-d', 'shelf', 'data');
    assert.match(full.stderr, /VolumeDriver\.Create of shelf: the shelf is full/);
    plugin.faults = {};
    await ok('volume', 'create', '-d', 'shelf', 'data');
    plugin.faults = { Mount: 'no key' };
    const locked = await pouch('run', '--rm', '-v', 'data:/data', 'busybox', 'true');
    assert.match(locked.stderr, /VolumeDriver\.Mount of shelf: no key/);
    plugin.faults = { Unmount: 'busy' };
    assert.equal(await daemon.sh('echo fine', '-v', 'data:/data'), 'fine');
    plugin.faults = {};
    for (const { users } of plugin.volumes.values()) users.clear();
    await noUser();
    plugin.faults = { Remove: 'still open' };
    assert.match((await pouch('volume', 'rm', 'data')).stderr, /Remove of shelf: still open/);
    plugin.faults = {};
    await ok('volume', 'rm', 'data');
  });

  it('that hang delay no list and no other container', async () => {
    await ok('volume', 'create', '-d', 'shelf', 'data');
    plugin.faults = { Mount: 'hang', Get: 'hang' };
    const hanging = pouch('run', '--rm', '-v', 'data:/data', 'busybox', 'true');
    await settled('a mount', async () => plugin.calls.at(-1) === 'Mount data');
    assert.equal(await ok('volume', 'ls', '-q'), 'data');
    assert.equal(await daemon.sh('echo other'), 'other');
    await ok('volume', 'inspect', 'data');
    plugin.faults = {};
    await plugin.close();
    await plugin.listen(socket());
    assert.match((await hanging).stderr, /VolumeDriver\.Mount of shelf/);
    assert.equal(await daemon.sh('echo again', '-v', 'data:/data'), 'again');
    await noUser();
    await ok('volume', 'rm', 'data');
  });

  it('without a socket fail the create, which names where it should be', async () => {
    const { stderr } = await pouch('volume', 'create', '-d', 'away', 'data');
    assert.match(stderr, /the plugin away has no socket \/run\/docker\/plugins\/away\.sock/);
    assert.equal(await ok('volume', 'ls', '-q'), '');
  });

  it('keep their volumes mounted while pouchd is killed, and have no user after the container', async () => {
    await ok('volume', 'create', '-d', 'shelf', 'data');
    const id = await ok('run', '-d', '-v', 'data:/data', 'busybox', 'sleep', '1000');
    await daemon.it.kill9();
    await daemon.it.start();
    assert.equal(await ok('exec', id, 'sh', '-c', 'echo kept >/data/x; cat /data/x'), 'kept');
    await ok('restart', '-t', '0', id);
    assert.equal(await ok('exec', id, 'cat', '/data/x'), 'kept');
    await daemon.it.kill9();
    plugin.faults = { Unmount: 'hang' };
    await daemon.it.start();
    const removing = pouch('rm', '-f', id);
    await settled('an unmount', async () => plugin.calls.at(-1) === 'Unmount data');
    await daemon.it.kill9();
    plugin.faults = {};
    await removing;
    await daemon.it.start();
    await pouch('rm', '-f', id);
    await noUser();
    await ok('volume', 'rm', 'data');
  });
});
