import assert from 'node:assert/strict';
import { wantsRestart } from '../../../../../core/lifecycle/exits/restartPolicy.ts';
import type { ContainerDraft } from '../../../../../hooks/draft.ts';
import { record } from '../../record.ts';

describe('whether a container is to be started again', () => {
  type Name = ContainerDraft['restart']['name'];
  const asked = (
    name: Name,
    exitCode: number,
    more: { max?: number; count?: number; stopped?: boolean } = {},
  ) =>
    wantsRestart(
      record({
        draft: { restart: { name, maximumRetryCount: more.max ?? 0 } },
        state: { status: 'exited', exitCode },
        restartCount: more.count ?? 0,
        stoppedByUser: more.stopped ?? false,
      }),
    );

  it('no: never', () => assert.equal(asked('no', 1), false));
  it('always and unless-stopped: whatever its exit code was, unless its user ended it', () => {
    for (const name of ['always', 'unless-stopped'] as const) {
      assert.ok(asked(name, 0) && asked(name, 1, { count: 99 }));
      assert.equal(asked(name, 1, { stopped: true }), false);
    }
  });
  it('on-failure: when it failed, as often as is allowed', () => {
    assert.equal(asked('on-failure', 0), false);
    assert.ok(asked('on-failure', 1, { count: 99 }));
    assert.ok(asked('on-failure', 1, { max: 2, count: 1 }));
    assert.equal(asked('on-failure', 1, { max: 2, count: 2 }), false);
  });
});
