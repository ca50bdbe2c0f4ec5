import assert from 'node:assert/strict';
import { limitsEffect } from '../../../../../core/apply/effects/limits.ts';
import type { ContainerdClient } from '../../../../../core/containerd/index.ts';
import type { OciResources } from '../../../../../hooks/oci.ts';
import { PouchError } from '../../../../../hooks/errors.ts';
import { record } from '../../record.ts';

const context = { container: 'c', resultOf: () => undefined, signal: new AbortController().signal };

describe('the effect of new limits', () => {
  /** `refuses` tells which limits the runtime does not take. */
  function effect(refuses: (limits: OciResources) => boolean, status: 'RUNNING' | 'STOPPED' = 'RUNNING') {
    const told: OciResources[] = [];
    const tasks = {
      async update(_id: string, limits: OciResources) {
        told.push(limits);
        if (refuses(limits)) throw new PouchError('PCH_CONTAINERD_FAILED', 'containerd Tasks.Update: busy');
      },
      get: async () => ({ status: status === 'RUNNING' ? 2 : 3 }),
    };
    const { apply, undo } = limitsEffect({ tasks } as unknown as ContainerdClient, () =>
      record({ draft: { resources: { pids: { limit: 3 } } } }),
    );
    return { told, apply, undo };
  }
  const args = { id: 'c', from: { pids: { limit: 3 } }, to: { pids: { limit: 7 } } };

  it('tells the runtime', async () => {
    const { told, apply } = effect(() => false);
    await apply(args, context);
    assert.deepEqual(told, [{ pids: { limit: 7 } }]);
  });

  it('is undone to what the record says', async () => {
    const { told, undo } = effect(() => false);
    await undo(args, undefined, context);
    assert.deepEqual(told, [{ pids: { limit: 3 } }]);
  });

  it('tries numbers where a runtime does not take -1', async () => {
    const { told, apply } = effect(({ pids }) => pids?.limit === -1);
    await apply({ ...args, to: {} }, context);
    assert.deepEqual(told, [{ pids: { limit: -1 } }, { pids: { limit: 4_194_304 } }]);
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
