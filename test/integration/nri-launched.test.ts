import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { chmod, cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { descendantsOf } from '../../core/supervise/descendants.ts';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import type { SidecarStatus } from '../../hooks/index.ts';
import { cgroupFile } from '../support/cgroupFile.ts';
import { useDaemon } from '../support/useDaemon.ts';

const example = resolve(import.meta.dirname, '../../examples/nri-team-limits/10-team-limits');
const MiB = 2 ** 20;

function statusOf(pid: number): string {
  return readFileSync(`/proc/${pid}/status`, 'utf8');
}

describe('NRI plugins in a directory', function () {
  this.timeout(60_000);
  this.slow(10_000);
  const daemon = useDaemon();
  const { ok, pouch } = daemon;
  const plugins = () => join(daemon.it.dir, 'launched');
  const file = (name: string) => join(plugins(), name);
  const launching = (more = '{}', registrationTimeoutMs = 5000) => `plugins:
  - name: nri
    options:
      pluginPath: ${plugins()}
      pluginConfigPath: ${file('conf.d')}
      registrationTimeoutMs: ${registrationTimeoutMs}
      plugins: ${more}
`;
  const isConnected = async (name: string) => new RegExp(`^${name} +20`, 'm').test(await ok('nri'));
  const sidecars = async () => {
    const [{ sidecars: all = [] } = {}] = JSON.parse(await ok('plugin', 'inspect', 'nri')) as {
      sidecars?: SidecarStatus[];
    }[];
    return all;
  };
  const eventually = async (condition: () => boolean | Promise<boolean>) =>
    assert.ok(await waitUntil(condition, { withinMs: 30_000 }), await daemon.it.log());

  before(async () => {
    await chmod(daemon.it.dir, 0o755);
    await mkdir(file('conf.d'), { recursive: true });
    await cp(example, file('10-team-limits'));
    await writeFile(file('conf.d/team-limits.conf'), JSON.stringify({ red: { memory: 64 * MiB } }));
    await writeFile(file('README'), 'not launched');
    await daemon.it.configure(launching());
    await daemon.it.reload(/reloaded/);
  });

  it('are launched, configured by their file, and called', async () => {
    await eventually(() => isConnected('10-team-limits'));
    await ok('run', '-d', '--name', 'red', '-l', 'team=red', 'busybox', 'sleep', '1000');
    const { Pid } = (await daemon.it.inspect('red'))!.State;
    assert.equal(Number(cgroupFile(Pid, 'memory', 'memory.limit_in_bytes', 'memory.max')), 64 * MiB);
    assert.match(await ok('explain', 'red'), /process\.env\.TEAM +red +nri\/10-team-limits /);
    await ok('rm', '-f', 'red');
    const [one] = await sidecars();
    assert.equal(one?.name, 'nri-10-team-limits');
    // In a PID namespace of its own, as nobody, without new privileges; the first process is the one that guards it.
    const processes = await descendantsOf(one.pid!);
    const child = processes.find(({ pid }) => /^Uid:\t65534/m.test(statusOf(pid)));
    assert.match(statusOf(child!.pid), /^NoNewPrivs:\t1/m);
  });

  it('are started again when they end, when their connection is closed, and with a reload of their options', async () => {
    await eventually(() => isConnected('10-team-limits'));
    const [first] = await sidecars();
    process.kill(first!.pid!, 'SIGKILL');
    await eventually(
      async () => ((await sidecars())[0]?.restarts ?? 0) > 0 && (await isConnected('10-team-limits')),
    );
    const [second] = await sidecars();
    await daemon.it.configure(
      launching("{ 10-team-limits: { config: '{}', required: true, grants: { memory: 100000000 } } }"),
    );
    await daemon.it.reload(/reloaded/);
    await eventually(() => isConnected('10-team-limits'));
    assert.notEqual((await sidecars())[0]?.pid, second!.pid);
    const { stderr } = await pouch('run', '--rm', '-l', 'team=red', 'busybox', 'true');
    assert.match(stderr, /found red[^]*nri\/10-team-limits/);
    await daemon.it.configure(launching());
    await daemon.it.reload(/reloaded/);
    await eventually(() => isConnected('10-team-limits'));
  });

  it('do not stop the others when they do not register, lie about their name, or are not safe', async () => {
    await writeFile(file('20-silent'), '#!/bin/sh\nsleep 1000 & sleep 1000\n', { mode: 0o755 });
    await writeFile(file('30-open'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
    await chmod(file('30-open'), 0o757);
    await writeFile(
      file('40-liar'),
      `#!/bin/sh\nNRI_PLUGIN_NAME=team-limits exec ${file('10-team-limits')}\n`,
      {
        mode: 0o755,
      },
    );
    await daemon.it.configure(launching('{}', 300));
    await daemon.it.reload(/reloaded/);
    await eventually(() => isConnected('10-team-limits'));
    await eventually(async () => {
      const log = await daemon.it.log();
      return (
        /30-open can be written by every user/.test(log) &&
        /expected a registration within 300 ms, found none/.test(log) &&
        /expected the plugin 40-liar, found one that registers as 40-team-limits/.test(log)
      );
    });
    await eventually(
      async () => ((await sidecars()).find(({ name }) => name === 'nri-20-silent')?.restarts ?? 0) > 1,
    );
    assert.match(await ok('nri'), /^20-silent +not connected/m);
    const { stdout } = await pouch('doctor');
    assert.match(stdout, /20-silent, 30-open, 40-liar not connected/);
    assert.match(stdout, /30-open can be written by every user/);
    assert.equal(await daemon.sh('echo plain'), 'plain');
    for (const name of ['20-silent', '30-open', '40-liar']) await rm(file(name));
    await daemon.it.reload(/reloaded/);
    assert.deepEqual(
      (await sidecars()).map(({ name }) => name),
      ['nri-10-team-limits'],
    );
  });
});
