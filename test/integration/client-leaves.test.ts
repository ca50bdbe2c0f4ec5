import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { useDaemon } from '../support/useDaemon.ts';

const project = resolve(import.meta.dirname, '../..');
const file = resolve(import.meta.dirname, 'support/plugins/hangs.ts');
const yaml = (free: boolean) => `plugins:\n  - path: ${file}\n    options: { free: ${free} }\n`;

describe('a client that leaves while a tap hangs', function () {
  this.timeout(60_000);
  this.slow(10_000);
  const daemon = useDaemon({ yaml: yaml(false) });
  const { ok } = daemon;

  const operations = () => daemon.it.client.pouch.ops();

  /** Runs a command until its tap hangs, as `pouch ops` lists it, then kills the client. */
  async function killedAt(hook: string, verb: string, ...args: string[]): Promise<void> {
    const { client, ended } = await hangingAt(hook, verb, ...args);
    client.kill('SIGKILL');
    await ended;
  }

  async function hangingAt(hook: string, verb: string, ...args: string[]) {
    const client = spawn(resolve(project, 'bin/pouch'), args, {
      stdio: 'ignore',
      env: { ...process.env, POUCH_HOST: daemon.it.host },
    });
    const ended = once(client, 'exit');
    const hangs = async () =>
      (await operations()).some(({ taps = [] }) => taps.some((tap) => tap.hook === hook));
    assert.ok(await waitUntil(hangs, { withinMs: 30_000 }), `ops: ${JSON.stringify(await operations())}`);
    assert.match(await ok('ops'), new RegExp(`${verb} .* hangs \\(${hook.replace('.', '\\.')}, .*\\)`));
    return { client, ended };
  }

  async function isOver(): Promise<void> {
    const isEmpty = async () => (await operations()).length === 0;
    assert.ok(await waitUntil(isEmpty, { withinMs: 30_000 }), `ops: ${JSON.stringify(await operations())}`);
  }

  /** The process of the plugin logs it, and pouchd reads that later. */
  const aborted = async (text: string) =>
    assert.ok(
      await waitUntil(async () => (await daemon.it.log()).includes(text), { withinMs: 30_000 }),
      `not in the log of pouchd: ${text}`,
    );

  it('cancels a create: no container stays, and its name is free', async () => {
    const create = ['create', '--name', 'leaves', '-l', 'name=leaves', 'busybox'];
    await killedAt(
      'container.preCreate',
      'create',
      ...create.slice(0, -1),
      '-l',
      'hang=preCreate',
      'busybox',
    );
    await isOver();
    await aborted('preCreate of leaves was aborted');
    assert.equal(await daemon.it.inspect('leaves'), undefined);
    await ok(...create);
    await ok('rm', 'leaves');
  });

  it('cancels a plan', async () => {
    await killedAt('container.preCreate', 'plan', 'plan', 'run', '-l', 'hang=preCreate', 'busybox', 'true');
    await isOver();
  });

  it('cancels a start, which is undone; it works when the tap does', async () => {
    const id = await ok('create', '-l', 'hang=prestart', '-l', 'name=start', 'busybox', 'sleep', '100');
    await killedAt('container.prestart', 'start', 'start', id);
    await isOver();
    await aborted('prestart of start was aborted');
    const { State } = (await daemon.it.inspect(id))!;
    assert.deepEqual([State.Status, State.Pid], ['created', 0]);
    const started = (await daemon.it.client.pouch.effects(id)).filter(({ stage }) => stage === 'start');
    assert.deepEqual([...new Set(started.map(({ state }) => state))], ['planned']);
    await daemon.it.configure(yaml(true));
    await daemon.it.reload(/configuration reloaded/);
    await ok('start', id);
    await ok('rm', '-f', id);
    await daemon.it.configure(yaml(false));
    await daemon.it.reload(/configuration reloaded/);
  });

  it('cancels a run with --rm, of which nothing stays', async () => {
    const flags = ['--name', 'foreground', '-l', 'hang=prestart', '-l', 'name=run'];
    await killedAt('container.prestart', 'start', 'run', '--rm', ...flags, 'busybox', 'sleep', '100');
    await isOver();
    await aborted('prestart of run was aborted');
    assert.equal(await daemon.it.inspect('foreground'), undefined);
  });

  // Ctrl-C was kept for the container until the tap had missed its deadline.
  for (const [title, flags] of [
    ['of a run', []],
    ['of a run with a terminal', ['-t']],
  ] as const)
    it(`a signal ends the command before the start ${title}, also during the plan`, async () => {
      for (const hook of ['preCreate', 'prestart']) {
        const labels = ['-l', `hang=${hook}`, '-l', 'name=signalled'];
        const args = ['run', '--rm', '--name', 'signalled', ...flags, ...labels, 'busybox', 'sleep', '100'];
        const verb = hook === 'prestart' ? 'start' : flags.length > 0 ? 'create' : 'run';
        const { client, ended } = await hangingAt(`container.${hook}`, verb, ...args);
        client.kill('SIGINT');
        client.kill('SIGTERM');
        const [code, signal] = (await ended) as [number | null, string | null];
        // While a terminal’s container is created, nothing handles signals.
        assert.ok([130, 143].includes(code ?? 0) || signal === 'SIGINT', `${hook}: ${code} ${signal}`);
        await isOver();
        assert.equal(await daemon.it.inspect('signalled'), undefined);
      }
      assert.equal(await daemon.sh('echo works'), 'works');
    });

  it('cancels an exec', async () => {
    const id = await ok('run', '-d', 'busybox', 'sleep', '100');
    await killedAt('container.preExec', 'exec start', 'exec', id, 'hang');
    await isOver();
    await aborted('preExec of exec was aborted');
    assert.equal(await ok('exec', id, 'echo', 'fine'), 'fine');
    await ok('rm', '-f', id);
  });

  it('cancels a removal: the container stays as it was', async () => {
    const id = await ok('run', '-d', '-l', 'hang=preRemove', '-l', 'name=rm', 'busybox', 'sleep', '100');
    await killedAt('container.preRemove', 'remove', 'rm', '-f', id);
    await isOver();
    await aborted('preRemove of rm was aborted');
    assert.equal((await daemon.it.inspect(id))?.State.Status, 'running');
    await daemon.it.configure(yaml(true));
    await daemon.it.reload(/configuration reloaded/);
    await ok('rm', '-f', id);
    await daemon.it.configure(yaml(false));
    await daemon.it.reload(/configuration reloaded/);
  });

  it('does not cancel the clean-up after a stop', async () => {
    const id = await ok('run', '-d', '-l', 'hang=poststop', '-l', 'name=stop', 'busybox', 'sleep', '100');
    await killedAt('container.poststop', 'stop|clean up', 'stop', '-t', '0', id);
    await isOver();
    assert.match(await daemon.it.log(), /the tap did not settle within 1500 ms/);
    assert.equal((await daemon.it.inspect(id))?.State.Status, 'exited');
    await ok('rm', id);
  });
});
