import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { liveDeviceEffect, type LiveDeviceArgs } from '../../../../../core/apply/effects/liveDevice.ts';
import { ownFilePath } from '../../../../../core/contract/ownFiles.ts';
import type { FileWorkers } from '../../../../../core/files/index.ts';
import { identify } from '../../../../../core/supervise/index.ts';
import { record } from '../../record.ts';

const context = { container: 'c', key: 'k', resultOf: () => undefined, signal: new AbortController().signal };

describe('the effect of a device in a running container', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'pouch-live-'));
    mkdirSync(dirname(ownFilePath(directory, '/dev/x')), { recursive: true });
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  /** `failing` rejects when the device is forbidden. */
  function effect(failing?: () => void) {
    const calls: string[] = [];
    const files = {
      addDeviceInside: async () => void calls.push('add'),
      removeDeviceInside: async () => void calls.push('remove'),
    } as unknown as FileWorkers;
    const cgroups = {
      allow: async () => void calls.push('allow'),
      forbid: async () => {
        calls.push('forbid');
        failing?.();
      },
      renew: () => Promise.resolve(),
    };
    const box = record({ paths: { directory }, draft: { devices: {}, uidMappings: [], gidMappings: [] } });
    return { calls, ...liveDeviceEffect(files, cgroups, () => box) };
  }
  const args = (more: Partial<LiveDeviceArgs> = {}): LiveDeviceArgs => ({
    ...{ init: identify(process.pid)!, target: '/dev/x', cgroup: '/pouch/box', ownAccess: 'rw' },
    // A FIFO: that takes no rights.
    device: { type: 'p', major: 0, minor: 0, access: 'rw' },
    ...more,
  });

  it('allows the device before the container has it, and forbids it before it is removed', async () => {
    const { calls, apply, undo } = effect();
    await apply(args(), context);
    await undo(args(), undefined, context);
    await undo(args(), undefined, context);
    assert.deepEqual(calls, ['allow', 'add', 'forbid', 'remove', 'forbid', 'remove']);
  });

  it('changes no rules of a container that may use all devices', async () => {
    const { calls, apply, undo } = effect();
    await apply(args({ cgroup: null }), context);
    await undo(args({ cgroup: null }), undefined, context);
    assert.deepEqual(calls, ['add', 'remove']);
  });

  it('leaves a container alone that has ended', async () => {
    const { calls, undo } = effect();
    await undo(args({ init: { pid: process.pid, startTime: '1' } as never }), undefined, context);
    assert.deepEqual(calls, []);
  });

  it('stays on the books while the rules cannot be replaced', async () => {
    const { calls, undo } = effect(() => {
      throw new Error('busy');
    });
    await assert.rejects(undo(args(), undefined, context), { message: 'busy' });
    assert.deepEqual(calls, ['forbid']);
  });
});
