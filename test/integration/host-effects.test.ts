import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import {
  chmod,
  cp,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { cgroupVersion } from '../../core/host/detect.ts';
import { mountOn } from '../../core/host/mountinfo.ts';
import { cgroupFile } from '../support/cgroupFile.ts';
import { sampleTests } from '../support/someOf.ts';
import { useDaemon } from '../support/useDaemon.ts';

const source = resolve(import.meta.dirname, 'support/planEffects.py');

interface Planned {
  kind: string;
  stage?: string;
  needs?: string[];
  args: Record<string, unknown>;
}

describe('effects of the host that a confined plugin plans', function () {
  this.timeout(60_000);
  this.slow(20_000);
  const daemon = useDaemon();
  const { ok, pouch } = daemon;
  let area = '';
  const at = (name: string) => join(area, name);

  before(async () => {
    area = join(daemon.it.dir, 'area');
    await mkdir(area, { mode: 0o755 });
    await cp(source, join(daemon.it.dir, 'plan-effects'));
    await chmod(join(daemon.it.dir, 'plan-effects'), 0o755);
    await daemon.it.configure(yaml());
    await daemon.it.restart();
  });

  function yaml(grants = everything()): string {
    return `plugins: [{ path: ${daemon.it.dir}/plan-effects, ${grants} }]`;
  }

  function everything(): string {
    return `grants: { effects: {
      host.mount: [{ type: tmpfs, target: '${area}/**' }, { type: bind, source: '${area}/*', target: '${area}/**' }],
      host.file: [{ path: '${area}/**' }], host.symlink: [{ path: '${area}/**', to: '**' }],
      host.sysctl: [{ name: 'net.*' }], host.route: [{ to: 198.18.0.0/15 }],
      host.firewall: [{ table: filter, chain: FORWARD, jump: ACCEPT }],
      host.cgroup: [{ file: 'cpu.*' }], host.module: true,
      host.device: [{ path: '${area}/*', type: c, number: '1:*' }] } }`;
  }

  const labelled = (effects: Record<string, Planned>) => ['--label', `effects=${JSON.stringify(effects)}`];

  /** A bind mount that the plugin plans: of one that a user wants, the source is created before. */
  const shows = (from: string, to: string) => [
    '--label',
    `mounts=${JSON.stringify({ [to]: { type: 'bind', source: from, options: ['rbind'] } })}`,
  ];

  async function run(name: string, effects: Record<string, Planned>, ...more: string[]): Promise<string> {
    return await ok('run', '-d', '--name', name, ...labelled(effects), ...more, 'busybox', 'sleep', '1000');
  }

  /** The run fails with the code. */
  async function refused(code: string, message: RegExp, effects: Record<string, Planned>): Promise<string> {
    const { exitCode, stderr } = await pouch(
      'run',
      '-d',
      '--name',
      'refused',
      ...labelled(effects),
      'busybox',
    );
    await pouch('rm', '-f', 'refused');
    assert.equal(exitCode, 125, stderr);
    assert.match(stderr, new RegExp(code));
    assert.match(stderr, message);
    return stderr;
  }

  const mounted = async (path: string) => mountOn(path, await readFile('/proc/self/mountinfo', 'utf8'));

  describe('mounts', () => {
    it('host.mount: a tmpfs on a directory that is created, gone after the stop, there again after a start', async () => {
      const target = at('deep/home');
      const effects = {
        home: { kind: 'host.mount', args: { type: 'tmpfs', target, options: ['size=1m', 'mode=755'] } },
      };
      await run('mounts', effects, ...shows(target, '/home'));
      assert.equal((await mounted(target))?.type, 'tmpfs');
      assert.match(await readFile('/proc/self/mountinfo', 'utf8'), new RegExp(`${target} rw,nosuid,nodev`));
      assert.match(await ok('exec', 'mounts', 'df', '-k', '/home'), / 1024 /);
      await ok('stop', '-t', '0', 'mounts');
      assert.ok(!existsSync(at('deep')));
      await ok('start', 'mounts');
      assert.ok(await mounted(target));
      await ok('rm', '-f', 'mounts');
      assert.ok(!existsSync(at('deep')));
    });

    it('host.mount: two containers share an equal mount, the last one removes it', async () => {
      await mkdir(at('data'));
      await writeFile(at('data/file'), 'hello\n');
      const target = at('bound');
      const effects = {
        data: { kind: 'host.mount', args: { type: 'bind', source: at('data'), target, options: ['ro'] } },
      };
      await run('one', effects, ...shows(target, '/data'));
      await run('two', effects, ...shows(target, '/data'));
      await ok('rm', '-f', 'one');
      assert.equal(await ok('exec', 'two', 'cat', '/data/file'), 'hello');
      assert.equal((await pouch('exec', 'two', 'touch', '/data/other')).exitCode, 1);
      await ok('rm', '-f', 'two');
      assert.ok(!existsSync(target));
      assert.equal(await readFile(at('data/file'), 'utf8'), 'hello\n');
      await rm(at('data'), { recursive: true });
    });

    it('host.mount: another mount on the target is refused, also in the plan, and stays', async () => {
      const target = at('taken');
      await mkdir(target);
      await execa('mount', ['-t', 'tmpfs', 'theirs', target]);
      const effects = { home: { kind: 'host.mount', args: { type: 'tmpfs', target } } };
      await refused('PCH_EFFECT_CONFLICT', /theirs \(tmpfs\) is mounted there/, effects);
      const { exitCode, stdout, stderr } = await pouch(
        'plan',
        'run',
        ...labelled(effects),
        'busybox',
        'true',
      );
      assert.equal(exitCode, 1);
      assert.match(stdout + stderr, /theirs \(tmpfs\) is mounted there/);
      assert.equal((await mounted(target))?.source, 'theirs');
      await execa('umount', [target]);
      await run('retry', effects);
      await ok('rm', '-f', 'retry');
      await rm(target, { recursive: true });
    });

    it('host.mount: another mount that was made over it stays', async () => {
      const target = at('covered');
      await run('covered', { home: { kind: 'host.mount', args: { type: 'tmpfs', target } } });
      await execa('umount', [target]);
      await execa('mount', ['-t', 'tmpfs', 'theirs', target]);
      await ok('rm', '-f', 'covered');
      assert.equal((await mounted(target))?.source, 'theirs');
      await execa('umount', [target]);
      await rm(target, { recursive: true, force: true });
    });
  });

  describe('files', () => {
    it('host.file: written with owner and mode, removed at the stop; an existing one is refused or restored', async () => {
      const path = at('etc/app.conf');
      const args = { path, content: 'port=1\n', mode: 0o640, uid: 7, gid: 8 };
      await run('writes', { conf: { kind: 'host.file', args } });
      const { mode, uid, gid } = await lstat(path);
      assert.deepEqual([mode & 0o7777, uid, gid, await readFile(path, 'utf8')], [0o640, 7, 8, 'port=1\n']);
      await ok('rm', '-f', 'writes');
      assert.ok(!existsSync(at('etc')));
      await mkdir(at('etc'));
      await writeFile(path, 'earlier\n', { mode: 0o600 });
      await refused('PCH_EFFECT_CONFLICT', /cannot write the file .*app\.conf: it exists/, {
        conf: { kind: 'host.file', args },
      });
      await run('replaces', { conf: { kind: 'host.file', args: { ...args, replace: true } } });
      assert.equal(await readFile(path, 'utf8'), 'port=1\n');
      await ok('rm', '-f', 'replaces');
      assert.equal(await readFile(path, 'utf8'), 'earlier\n');
      assert.equal((await lstat(path)).mode & 0o777, 0o600);
      await run('replaced', { conf: { kind: 'host.file', args: { ...args, replace: true } } });
      await writeFile(at('etc/new'), 'of an upgrade\n');
      await rename(at('etc/new'), path);
      await ok('rm', '-f', 'replaced');
      assert.equal(await readFile(path, 'utf8'), 'of an upgrade\n');
      await rm(at('etc'), { recursive: true });
    });

    it('host.symlink: made and removed, unless it points elsewhere by then', async () => {
      const path = at('link');
      const effects = { link: { kind: 'host.symlink', args: { path, to: '/opt/app-2' } } };
      await run('links', effects);
      assert.equal(await readlink(path), '/opt/app-2');
      await ok('rm', '-f', 'links');
      assert.ok(!(await lstat(path).catch(() => undefined)));
      await run('links', effects);
      await rm(path);
      await symlink('/opt/app-3', path);
      await ok('rm', '-f', 'links');
      assert.equal(await readlink(path), '/opt/app-3');
      await refused('PCH_EFFECT_CONFLICT', /it exists/, effects);
      await rm(path);
    });
  });

  describe('values of the kernel and devices', () => {
    it('host.sysctl, host.route, host.firewall: of the bridge; set, and taken back also after kill -9', async () => {
      const { bridge } = daemon.it.names;
      const forwarding = `/proc/sys/net/ipv4/conf/${bridge}/log_martians`;
      const earlier = await readFile(forwarding, 'utf8');
      const value = earlier.trim() === '1' ? '0' : '1';
      const id = await run('network', {
        martians: { kind: 'host.sysctl', args: { name: `net/ipv4/conf/${bridge}/log_martians`, value } },
        route: { kind: 'host.route', args: { to: '198.18.7.0/24', dev: bridge, metric: 77 } },
        rule: {
          kind: 'host.firewall',
          args: {
            ...{ table: 'filter', chain: 'FORWARD', in: bridge, protocol: 'tcp', destinationPorts: '7777' },
            ...{ states: ['NEW'], jump: 'ACCEPT', destination: '198.18.7.0/24' },
          },
        },
      });
      const route = async () => (await execa('ip', ['route', 'show', 'exact', '198.18.7.0/24'])).stdout;
      const rules = async () => (await execa('iptables', ['-w', '5', '-S', 'FORWARD'])).stdout;
      assert.equal((await readFile(forwarding, 'utf8')).trim(), value);
      assert.match(await route(), /proto 112 .*metric 77/);
      assert.match(await rules(), new RegExp(`pouch ${id} .*--dport 7777 .*-j ACCEPT`));
      await daemon.it.kill9();
      await daemon.it.start();
      await ok('rm', '-f', 'network');
      assert.equal(await readFile(forwarding, 'utf8'), earlier);
      assert.equal(await route(), '');
      assert.doesNotMatch(await rules(), new RegExp(id));
    });

    it('host.sysctl: another value of another container is refused; the last of equal ones restores the first value', async () => {
      const { bridge } = daemon.it.names;
      const name = `net/ipv4/neigh/${bridge}/locktime`;
      const file = `/proc/sys/${name}`;
      const earlier = await readFile(file, 'utf8');
      const set = (value: string) => ({ time: { kind: 'host.sysctl', args: { name, value } } });
      await run('first', set('200'));
      await run('second', set('200'));
      await refused('PCH_EFFECT_CONFLICT', /the effect time of container [0-9a-f]{12} has it/, set('204'));
      await ok('rm', '-f', 'first');
      assert.equal(await readFile(file, 'utf8'), '200\n');
      await ok('rm', '-f', 'second');
      assert.equal(await readFile(file, 'utf8'), earlier);
    });

    it('host.cgroup and host.device: a value of the container’s own cgroup, a node that goes with it', async () => {
      const isV2 = cgroupVersion() === '2';
      const weight = { file: isV2 ? 'cpu.weight' : 'cpu.shares', value: '77' };
      const node = { path: at('null'), type: 'c', number: '1:3', mode: 0o666 };
      await run('values', {
        weight: { kind: 'host.cgroup', needs: ['task'], args: weight },
        node: { kind: 'host.device', args: node },
      });
      const { Pid } = (await daemon.it.inspect('values'))!.State;
      assert.equal(cgroupFile(Pid, 'cpu', 'cpu.shares', 'cpu.weight'), '77');
      assert.equal(await readFile(at('null'), 'utf8'), '');
      assert.ok((await lstat(at('null'))).isCharacterDevice());
      await ok('rm', '-f', 'values');
      assert.ok(!existsSync(at('null')));
      await refused('PCH_EFFECT_FAILED', /the effect w must have `needs: \["task"\]`/, {
        w: { kind: 'host.cgroup', args: weight },
      });
      await refused('PCH_EFFECT_NOT_GRANTED', /n \(host\.device\)/, {
        n: { kind: 'host.device', args: { ...node, type: 'b', number: '8:0' } },
      });
    });

    it('host.module: refuses with the command that loads it, also in the plan', async () => {
      const needs = (name: string) => ({ m: { kind: 'host.module', args: { name } } });
      await refused(
        'PCH_EFFECT_FAILED',
        /needs the kernel module no-such[^]*modprobe no-such/,
        needs('no-such'),
      );
      const plan = await pouch('plan', 'run', ...labelled(needs('no-such')), 'busybox', 'true');
      assert.match(plan.stdout + plan.stderr, /modprobe no-such/);
      const [loaded = ''] = (await readdir('/sys/module')).sort();
      await run('modular', needs(loaded));
      await ok('rm', '-f', 'modular');
    });
  });

  describe('listed', () => {
    it('effects why: plugin, hook, line of the configuration, since when, arguments without secrets', async () => {
      const args = { path: at('why.conf'), content: 'x', mode: 0o600 };
      await run('why', { 'app.conf': { kind: 'host.file', args } });
      const why = await ok('effects', 'why', 'why', 'app.conf');
      assert.match(why, /^Effect: +app\.conf \(host\.file\)$/m);
      assert.match(why, /^Does: +write the file .*why\.conf$/m);
      assert.match(why, /^State: +applied since 20\S+Z \(/m);
      assert.match(why, /^Planned by: +plugin plan-effects at container\.preCreate \(.*pouchd\.yaml:\d+\)$/m);
      assert.match(why, /path: ".*why\.conf"$/m);
      const { exitCode, stderr } = await pouch('effects', 'why', 'why', 'nosuch');
      assert.equal(exitCode, 1);
      assert.match(stderr, /why has no effect nosuch/);
      assert.match(await ok('effects', 'why', 'why', 'netns'), /^Planned by: +core$/m);
      await ok('rm', '-f', 'why');
    });

    it('effects gc: what was given up, and what a lost container has; nothing else', async () => {
      const file = (name: string) => ({ f: { kind: 'host.file', args: { path: at(name), content: '' } } });
      await run('stays', file('stays'));
      await run('drops', file('dropped'));
      await ok('effects', 'drop', 'drops', 'f');
      await ok('rm', '-f', 'drops');
      const lost = await run('lost', {
        ...file('lost'),
        home: { kind: 'host.mount', args: { type: 'tmpfs', target: at('lost-home') } },
      });
      await daemon.it.stop();
      await loseContainer(lost);
      await daemon.it.start();
      const listed = await ok('effects', 'gc', '--dry-run');
      const short = lost.slice(0, 12);
      assert.match(listed, new RegExp(`^${short} +home +no container +mount a tmpfs on`, 'm'));
      assert.match(listed, /^[0-9a-f]{12} +f +no container +write the file .*dropped$/m);
      assert.match(listed, new RegExp(`^${short} +netns +no container`, 'm'));
      assert.doesNotMatch(listed, /stays/);
      assert.ok(existsSync(at('dropped')) && existsSync(at('lost')) && (await mounted(at('lost-home'))));
      await ok('effects', 'gc', '--force');
      for (const name of ['dropped', 'lost', 'lost-home']) assert.ok(!existsSync(at(name)), name);
      assert.ok(existsSync(at('stays')));
      assert.match((await pouch('effects', 'gc', '--force')).stderr, /no effects without a container/);
      await ok('rm', '-f', 'stays');
    });

    /** As if its directory was on a disk that is lost: neither Pouch nor containerd knows it any more. */
    async function loseContainer(id: string): Promise<void> {
      const { tasks, containers, snapshots } = daemon.it.containerd;
      await tasks.kill(id, 9);
      await tasks.wait(id);
      await tasks.delete(id);
      await containers.delete(id);
      await snapshots.remove(id);
      await rm(join(daemon.it.root, 'containers', id), { recursive: true });
    }
  });

  describe('that are not allowed', () => {
    const file = (path: string) => ({ f: { kind: 'host.file', args: { path, content: '' } } });

    // The clean-up would find the process of the plugin.
    after(async () => {
      await daemon.it.configure('');
      await daemon.it.restart();
    });

    it('without a grant: the error has plugin, effect and the YAML to add, which then allows it', async () => {
      await daemon.it.configure(yaml('options: {}'));
      await daemon.it.reload(/configuration reloaded/);
      const effects = file(at('granted'));
      const stderr = await refused(
        'PCH_EFFECT_NOT_GRANTED',
        /plugin plan-effects plans the effect f \(host\.file\)/,
        effects,
      );
      assert.match(stderr, /pouchd\.yaml:\d+/);
      const grants = /(grants: \{ effects: .*\})/.exec(stderr)?.[1];
      assert.ok(grants, stderr);
      await daemon.it.configure(yaml(grants));
      await daemon.it.reload(/configuration reloaded/);
      await run('granted', effects);
      assert.ok(existsSync(at('granted')));
      await ok('rm', '-f', 'granted');
      await refused('PCH_EFFECT_NOT_GRANTED', /f \(host\.file\)/, file(at('other')));
      await daemon.it.configure(yaml());
      await daemon.it.reload(/configuration reloaded/);
    });

    it('outside the grant, of the core, or of another plugin', async () => {
      const bind = { type: 'bind', source: '/etc', target: at('etc') };
      await refused('PCH_EFFECT_NOT_GRANTED', /m \(host\.mount\)/, { m: { kind: 'host.mount', args: bind } });
      await refused('PCH_EFFECT_NOT_GRANTED', /c \(cgroup\)/, { c: { kind: 'cgroup', args: { path: '/' } } });
      await refused('PCH_EFFECT_NOT_GRANTED', /w \(written-file\)/, {
        w: { kind: 'written-file', args: {} },
      });
    });

    it('with arguments of another form', async () => {
      await refused('PCH_PLAN_INVALID', /path: expected string to match/, file(`${area}/../../etc/passwd`));
      await refused('PCH_PLAN_INVALID', /options\.0/, {
        m: { kind: 'host.mount', args: { type: 'tmpfs', target: at('m'), options: ['suid'] } },
      });
      await refused('PCH_PLAN_INVALID', /expected path, content.*found nosuch/, {
        f: { kind: 'host.file', args: { path: at('x'), content: '', nosuch: 1 } },
      });
    });

    it('through a link, or below a directory that others can write', async () => {
      await symlink('/etc', at('out'));
      await refused(
        'PCH_PATH_UNSAFE',
        /leads through the symbolic link .*\/out to \/etc/,
        file(at('out/cron.d/x')),
      );
      await rm(at('out'));
      await mkdir(at('open'));
      await chmod(at('open'), 0o777);
      await refused('PCH_PATH_UNSAFE', /open, which can be written by other users/, file(at('open/x')));
      await chmod(at('open'), 0o755);
      await run('closed', file(at('open/x')));
      await ok('rm', '-f', 'closed');
      await rm(at('open'), { recursive: true });
    });

    it('a grant that names an unknown kind or argument: the plugin is quarantined with file and line', async () => {
      await daemon.it.configure(yaml('grants: { effects: { host.mount: [{ tarket: /x }] } }'));
      await daemon.it.restart();
      const [status] = (await daemon.it.client.pouch.info()).plugins.filter(
        ({ name }) => name === 'plan-effects',
      );
      assert.equal(status?.state, 'quarantined');
      assert.match(
        status.error ?? '',
        /pouchd\.yaml:\d+: grants\.effects: expected type, source, target in a rule of host\.mount, found tarket/,
      );
      await daemon.it.configure(yaml());
      await daemon.it.reload(/configuration reloaded/);
    });
  });

  sampleTests(this);
});
