import assert from 'node:assert/strict';
import type { DeviceCgroups } from '../../../../../core/apply/deviceCgroups.ts';
import { limitsEffect } from '../../../../../core/apply/effects/limits.ts';
import type { ContainerdClient } from '../../../../../core/containerd/index.ts';
import type { OciResources } from '../../../../../hooks/oci.ts';
import { PouchError } from '../../../../../hooks/errors.ts';
import { record } from '../../record.ts';

const context = { container: 'c', key: 'k', resultOf: () => undefined, signal: new AbortController().signal };

describe('the effect of new limits', () => {
  /** `refuses` returns whether the runtime rejects limits. */
  function effect(refuses: (limits: OciResources) => boolean, status: 'RUNNING' | 'STOPPED' = 'RUNNING') {
    const updates: OciResources[] = [];
    const tasks = {
      async update(_id: string, limits: OciResources) {
        updates.push(limits);
        if (refuses(limits)) throw new PouchError('PCH_CONTAINERD_FAILED', 'containerd Tasks.Update: busy');
      },
      get: async () => ({ status: status === 'RUNNING' ? 2 : 3 }),
    };
    const renewed: string[] = [];
    const devices = { renew: async ({ id }: { id: string }) => void renewed.push(id) };
    const { apply, undo } = limitsEffect(
      { tasks } as unknown as ContainerdClient,
      devices as unknown as DeviceCgroups,
      () => record({ draft: { resources: { pids: { limit: 3 } } } }),
    );
    return { updates, renewed, apply, undo };
  }
  const args = { id: 'c', from: { pids: { limit: 3 } }, to: { pids: { limit: 7 } } };

  it('updates the runtime', async () => {
    const { updates, apply } = effect(() => false);
    await apply(args, context);
    assert.deepEqual(updates, [{ pids: { limit: 7 } }]);
  });

  it('is undone to what the record says', async () => {
    const { updates, undo } = effect(() => false);
    await undo(args, undefined, context);
    assert.deepEqual(updates, [{ pids: { limit: 3 } }]);
  });

  it('allows devices again that were added meanwhile, also when it is undone', async () => {
    const { renewed, apply, undo } = effect(() => false);
    await apply(args, context);
    assert.equal(renewed.length, 0);
    await apply({ ...args, hasLiveDevices: true }, context);
    await undo({ ...args, hasLiveDevices: true }, undefined, context);
    assert.equal(renewed.length, 2);
  });

  it('tries numbers where a runtime does not take -1', async () => {
    const { updates, apply } = effect(({ pids }) => pids?.limit === -1);
    await apply({ ...args, to: {} }, context);
    assert.deepEqual(updates, [{ pids: { limit: -1 } }, { pids: { limit: 4_194_304 } }]);
  });

  it('fails with what the runtime says', async () => {
    await assert.rejects(effect(() => true).apply(args, context), {
      code: 'PCH_UPDATE_FAILED',
      message: /busy/,
    });
  });

  it('is done with a container that has ended meanwhile', async () => {
    await effect(() => true, 'STOPPED').apply(args, context);
  });
});
