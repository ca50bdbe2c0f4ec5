/** The check that fails `npm test` for what tests leave on the host, with each kind of leak planted. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { derivedNames } from '../../config/derive.ts';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { findLeaks } from '../../scripts/test/leaks.ts';
import { hostState } from '../../scripts/test/hostState.ts';
import { OwnNames } from '../../scripts/test/OwnNames.ts';
import { hierarchies } from '../support/host/cgroups.ts';

/** Somebody's directory, and what names their things on the host. */
interface Owner {
  directory: string;
  name: string;
  bridge: string;
  cgroup: string;
  /** For an interface whose name says nothing; at most 15 characters. */
  anonymous: string;
}

interface Planted {
  /** What the check reports of it if it is the tests' own. */
  lines: string[];
  remove(): Promise<unknown>;
}

describe('the check for leaks', function () {
  this.timeout(30_000);
  let workDir = '';
  let elsewhere = '';
  let names: OwnNames;
  let own: Owner;
  let foreign: Owner;

  before(async () => {
    workDir = await mkdtemp(join(tmpdir(), 'leaks-'));
    elsewhere = await mkdtemp(join(tmpdir(), 'other-'));
    names = new OwnNames(workDir);
    own = ownerOf(await mkdtemp(join(workDir, 'pd-')));
    foreign = ownerOf(await mkdtemp(join(elsewhere, 'pd-')));
    await names.upToNow();
  });

  after(async () => {
    names.close();
    for (const directory of [workDir, elsewhere]) await rm(directory, { recursive: true });
  });

  const kinds: Record<string, (owner: Owner) => Promise<Planted>> = {
    'a process': plantProcess,
    'a process of a container': plantContainerProcess,
    'a mount': plantMount,
    'a network namespace': plantNamespace,
    'a bridge with a veth': plantBridge,
    'a veth whose peer is in a namespace': plantPeer,
    'a cgroup': plantCgroup,
    'a packet filter rule': (owner) => plantRule('iptables', owner),
    'a packet filter rule of IPv6': (owner) => plantRule('ip6tables', owner),
    'a file': plantFile,
  };

  for (const [kind, plant] of Object.entries(kinds))
    it(`finds ${kind} of the tests, and ignores one of others`, async () => {
      const planted: Planted[] = [];
      try {
        for (const owner of [own, foreign]) planted.push(await plant(owner));
        assert.deepEqual((await leaks()).toSorted(), planted[0]!.lines.toSorted());
      } finally {
        for (const { remove } of planted) await remove();
      }
      assert.ok(await waitUntil(async () => (await leaks()).length === 0, { withinMs: 30_000 }));
    });

  it('ends what it has found', async () => {
    let mount = '';
    let pid = 0;
    const left = await findLeaks(async (inside) => {
      mount = await mkdtemp(join(inside, 'pd-'));
      await execa('mount', ['-t', 'tmpfs', 'leak-check', mount]);
      pid = spawn('sleep', ['600'], {
        stdio: 'ignore',
        env: { TMPDIR: inside, PATH: process.env['PATH'] },
      }).pid!;
    }, 500);
    assert.deepEqual(left, [`process ${pid}: sleep 600`, `mount ${mount}`, `file ${mount}`]);
    assert.deepEqual([existsSync(`/proc/${pid}/exe`), existsSync(mount)], [false, false]);
  });

  /** Without the directory that names them, which is a file in the work directory. */
  async function leaks(): Promise<string[]> {
    return (await hostState(workDir, names)).filter((line) => line !== `file ${own.directory}`);
  }

  function ownerOf(directory: string): Owner {
    const names = derivedNames(join(directory, 'state'));
    const name = basename(directory);
    return {
      directory,
      name,
      bridge: names['network.bridge']!,
      cgroup: names['cgroupParent']!,
      anonymous: `veth${Buffer.from(name).toString('hex').slice(-10)}`,
    };
  }

  async function plantProcess({ directory }: Owner): Promise<Planted> {
    return await sleeping({ TMPDIR: directory });
  }

  /** It has neither the directory's path in its arguments nor in its environment. */
  async function plantContainerProcess({ cgroup }: Owner): Promise<Planted> {
    const path = join(hierarchies()[0]!, cgroup);
    await mkdir(path);
    const { lines, pid, remove } = await sleeping({});
    await writeFile(join(path, 'cgroup.procs'), String(pid));
    return { lines: [...lines, `cgroup ${path}`], remove: () => remove().then(() => rmdir(path)) };
  }

  async function sleeping(env: Record<string, string>): Promise<Planted & { pid: number }> {
    const child = spawn('/bin/sleep', ['600'], { stdio: 'ignore', env });
    await once(child, 'spawn');
    const remove = async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    };
    return { lines: [`process ${child.pid}: /bin/sleep 600`], pid: child.pid!, remove };
  }

  async function plantMount({ directory }: Owner): Promise<Planted> {
    await execa('mount', ['-t', 'tmpfs', 'leak-check', directory]);
    return { lines: [`mount ${directory}`], remove: () => execa('umount', [directory]) };
  }

  async function plantNamespace({ name }: Owner): Promise<Planted> {
    await execa('ip', ['netns', 'add', name]);
    return { lines: [`network namespace ${name}`], remove: () => execa('ip', ['netns', 'delete', name]) };
  }

  async function plantBridge({ bridge, anonymous }: Owner): Promise<Planted> {
    await execa('ip', ['link', 'add', bridge, 'type', 'bridge']);
    const veth = ['link', 'add', anonymous, 'master', bridge, 'type', 'veth', 'peer', `${anonymous}x`];
    await execa('ip', veth);
    await execa('ip', ['link', 'set', `${anonymous}x`, 'master', bridge]);
    const remove = async () => {
      await execa('ip', ['link', 'delete', anonymous]);
      await execa('ip', ['link', 'delete', bridge]);
    };
    return { lines: [bridge, anonymous, `${anonymous}x`].map((name) => `network interface ${name}`), remove };
  }

  /** The namespace is mounted in the directory, as pouchd has those of containers. */
  async function plantPeer({ directory, anonymous }: Owner): Promise<Planted> {
    const file = join(directory, 'netns');
    await writeFile(file, '');
    await execa('unshare', [`--net=${file}`, 'true']);
    const peer = ['type', 'veth', 'peer', 'name', 'eth0', 'netns', file];
    await execa('ip', ['link', 'add', anonymous, ...peer]);
    const remove = async () => {
      await execa('ip', ['link', 'delete', anonymous]);
      await execa('umount', [file]);
      await rm(file);
    };
    return { lines: [`mount ${file}`, `network interface ${anonymous}`], remove };
  }

  async function plantCgroup({ cgroup }: Owner): Promise<Planted> {
    const paths = hierarchies().map((hierarchy) => join(hierarchy, cgroup));
    for (const path of paths) await mkdir(path);
    const remove = async () => {
      for (const path of paths) await rmdir(path);
    };
    return { lines: paths.map((path) => `cgroup ${path}`), remove };
  }

  /** In a chain of the bridge, which is a leak too. */
  async function plantRule(command: 'iptables' | 'ip6tables', { bridge }: Owner): Promise<Planted> {
    const chain = `POUCH-${bridge}`;
    const filter = (...args: string[]) => execa(command, ['--wait', '5', ...args]);
    await filter('--new-chain', chain);
    await filter('--append', 'FORWARD', '--out-interface', bridge, '--jump', chain);
    const remove = async () => {
      await filter('--delete', 'FORWARD', '--out-interface', bridge, '--jump', chain);
      await filter('--delete-chain', chain);
    };
    const saved = [`:${chain} - [0:0]`, `-A FORWARD -o ${bridge} -j ${chain}`];
    return { lines: saved.map((line) => `rule of ${command}: ${line}`), remove };
  }

  async function plantFile({ directory }: Owner): Promise<Planted> {
    const file = `${directory}.left`;
    await writeFile(file, '');
    return { lines: [`file ${file}`], remove: () => rm(file) };
  }
});
