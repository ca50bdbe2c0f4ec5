import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endStrayShim } from '../../../../../core/apply/effects/strayShim.ts';
import type { ContainerdClient } from '../../../../../core/containerd/index.ts';
import { fastest } from '../../../../support/fastest.ts';

describe('the end of a stray shim', () => {
  const namespace = 'ns';
  let root: string;
  let work: string;
  let processes: ChildProcess[];

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'pouch-stray-'));
    work = join(root, 'io.containerd.runtime.v2.task', namespace, 'one');
    processes = [];
  });
  afterEach(() => {
    for (const process of processes) process.kill('SIGKILL');
    rmSync(root, { recursive: true });
  });

  const clientOf = (found: string | undefined) =>
    ({ namespace, introspection: { root: () => Promise.resolve(found) } }) as unknown as ContainerdClient;
  const client = () => clientOf(root);
  /** A process with a shim's arguments. */
  const shim = (id: string, script: string) => {
    const process = spawn('sh', ['-c', script, 'shim', '-namespace', namespace, '-id', id]);
    processes.push(process);
    return process;
  };
  const nothing = () => Promise.resolve();

  it('resolves at once when nothing is left', async () => {
    const ms = await fastest(3, () => endStrayShim(client(), 'one', nothing));
    assert.ok(ms < 400, `${ms} ms`);
  });

  it('waits until the rest of the bundle is gone, even without a process', async () => {
    mkdirSync(work, { recursive: true });
    setTimeout(() => rmSync(work, { recursive: true }), 150);
    await endStrayShim(client(), 'one', nothing);
    assert.ok(!existsSync(work));
  });

  it('does not wait for ever for a bundle that nobody removes', async () => {
    mkdirSync(work, { recursive: true });
    await endStrayShim(client(), 'one', nothing);
    assert.ok(existsSync(work));
  });

  it('waits for a shim that ends by itself', async () => {
    const process = shim('one', 'sleep 0.2; exit 3');
    const ended = once(process, 'exit');
    await endStrayShim(client(), 'one', nothing);
    assert.deepEqual(await ended, [3, null]);
  });

  it('kills one that stays, and none of another container', async () => {
    const [stays, other] = [shim('one', 'read line'), shim('two', 'read line')];
    const ended = once(stays, 'exit');
    await endStrayShim(client(), 'one', nothing);
    assert.deepEqual(await ended, [null, 'SIGKILL']);
    assert.equal(other.exitCode ?? other.signalCode, null);
  });

  it('works without the bundle where containerd does not report its root', async () => {
    mkdirSync(work, { recursive: true });
    const ms = await fastest(3, () => endStrayShim(clientOf(undefined), 'one', nothing));
    assert.ok(ms < 400, `${ms} ms`);
  });

  it('deletes a task that shows up after all', async () => {
    let calls = 0;
    await endStrayShim(client(), 'one', () => Promise.resolve((calls += 1)));
    assert.ok(calls > 0);
  });
});
