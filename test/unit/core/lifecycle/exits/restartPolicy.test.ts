import assert from 'node:assert/strict';
import { BootOrder } from '../../../../../core/lifecycle/recovery/BootOrder.ts';
import type { EngineContext } from '../../../../../core/lifecycle/shared/engineContext.ts';
import { restartAfterExit, wantsRestart } from '../../../../../core/lifecycle/exits/restartPolicy.ts';
import { GenerationHolder } from '../../../../../core/plugins/index.ts';
import type { Plugin } from '../../../../../hooks/definePlugin.ts';
import type { ContainerDraft } from '../../../../../hooks/draft.ts';
import type { RestartDraft } from '../../../../../hooks/points/container.ts';
import { load, plugin } from '../../plugins/support/load.ts';
import { record } from '../../record.ts';

describe('whether a container is to be started again', () => {
  type Name = ContainerDraft['restart']['name'];
  const asked = (
    name: Name,
    exitCode: number,
    more: {
      max?: number;
      count?: number;
      stopped?: boolean;
      ending?: 'reboot' | 'poweroff';
      afterPoweroff?: boolean;
    } = {},
  ) =>
    wantsRestart(
      record({
        draft: {
          restart: { name, maximumRetryCount: more.max ?? 0 },
          rich: {
            enabled: true,
            mode: 'systemd',
            initScript: '',
            restartAfterPoweroff: more.afterPoweroff ?? false,
          },
        },
        state: { status: 'exited', exitCode, ...(more.ending && { ending: more.ending }) },
        restartCount: more.count ?? 0,
        stoppedByUser: more.stopped ?? false,
      }),
    );

  it('no: never', () => assert.equal(asked('no', 1), false));

  it('whatever its policy, if its health check has ended this run for another one', () => {
    const ended = (at: string, name: 'restart' | 'kill' = 'restart', stoppedByUser = false) => {
      const health = { status: 'unhealthy' as const, failingStreak: 3, log: [], action: { name, at } };
      const state = { status: 'exited' as const, startedAt: '2026-01-01T10:00:00.000Z', health };
      return wantsRestart(
        record({ draft: { restart: { name: 'no', maximumRetryCount: 0 } }, state, stoppedByUser }),
      );
    };
    assert.equal(ended('2026-01-01T10:00:05.000Z'), true);
    assert.equal(ended('2026-01-01T09:00:00.000Z'), false, 'that was an earlier run');
    assert.equal(ended('2026-01-01T10:00:05.000Z', 'kill'), false);
    assert.equal(ended('2026-01-01T10:00:05.000Z', 'restart', true), false);
  });
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
  it('after a reboot inside: always, unless its user ended it', () => {
    assert.ok(asked('no', 0, { ending: 'reboot' }));
    assert.equal(asked('always', 0, { ending: 'reboot', stopped: true }), false);
  });
  it('after a power-off inside: only if it was asked for', () => {
    assert.equal(asked('always', 0, { ending: 'poweroff' }), false);
    assert.ok(asked('no', 0, { ending: 'poweroff', afterPoweroff: true }));
  });
});

describe('a container that has ended', () => {
  const decides = (change: (draft: RestartDraft) => void) =>
    plugin('decides', ({ hooks }) => hooks.container.restart.tap(change));

  /** What follows an end with exit code 1 under a policy. */
  async function afterEnd(plugins: Plugin[], name: ContainerDraft['restart']['name'], more = {}) {
    const { generation, log } = await load(plugins);
    const scheduled: number[] = [];
    const engine = {
      generations: new GenerationHolder(generation),
      log,
      shutdown: new AbortController().signal,
      bootOrder: new BootOrder(),
      restarts: { schedule: (_id: string, delayMs: number) => scheduled.push(delayMs) },
    } as unknown as EngineContext;
    const ended = record({
      draft: { restart: { name, maximumRetryCount: 0 }, autoRemove: false, ...more },
      state: { status: 'exited', exitCode: 1 },
    });
    await restartAfterExit(engine, ended);
    return { scheduled, status: ended.state.status, log };
  }

  it('starts again as its policy says, if no plugin decides', async () => {
    const { scheduled, status } = await afterEnd([], 'always');
    assert.deepEqual([scheduled, status], [[100], 'restarting']);
    assert.deepEqual((await afterEnd([], 'no')).scheduled, []);
  });

  it('starts again when a plugin says so, or not', async () => {
    const later = decides((draft) => Object.assign(draft, { restart: true, delayMs: 5000 }));
    assert.deepEqual((await afterEnd([later], 'no')).scheduled, [5000]);
    const never = decides((draft) => Object.assign(draft, { restart: false }));
    const { scheduled, status } = await afterEnd([never], 'always');
    assert.deepEqual([scheduled, status], [[], 'exited']);
  });

  it('starts again as its policy says when a plugin fails, which is logged', async () => {
    const fails = decides(() => {
      throw new Error('no idea');
    });
    const { scheduled, log } = await afterEnd([fails], 'always');
    assert.deepEqual(scheduled, [100]);
    assert.match(JSON.stringify(log.lines), /"plugin":"decides".*no idea/);
  });

  it('is not asked about if it is removed at its end', async () => {
    const again = decides((draft) => Object.assign(draft, { restart: true }));
    assert.deepEqual((await afterEnd([again], 'no', { autoRemove: true })).scheduled, []);
  });
});
