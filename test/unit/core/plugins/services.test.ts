import assert from 'node:assert/strict';
import { containerWith, engineOnceReady, loadPlugins } from '../../../../core/plugins/index.ts';
import { systemClock } from '../../../../core/systemClock.ts';
import { catalogue } from '../../../../hooks/catalogue.ts';
import { Clock, Containers, definePlugin, Log, type Services, services } from '../../../../hooks/index.ts';
import { fakeEngine } from '../../../support/fakeEngine.ts';
import { inProcessFiles } from '../files/inProcessFiles.ts';
import { makeDraft } from './support/draft.ts';
import { host } from './support/host.ts';
import { load, rejection } from './support/load.ts';
import { TestLog } from '../../../../testing/TestLog.ts';

const { preCreate } = catalogue.container;

/** Labels a container with the time, and with how many others there are. */
const labels = definePlugin({
  name: 'labels',
  inject: { containers: Containers, clock: Clock },
  setup({ hooks, services: { containers, clock } }) {
    hooks.container.preCreate.tap((draft) => {
      draft.labels.at = clock.now().toISOString();
      draft.labels.others = String(containers.list({ all: true }).length);
    });
  },
});

const noon: Clock = { ...systemClock, now: () => new Date('2030-01-01T12:00:00Z') };

async function labelsWith(bound: Partial<Services>): Promise<Record<string, string>> {
  const { runner, log } = await load([labels], {}, bound);
  return (await runner.plan(preCreate, makeDraft(), { log })).draft.labels;
}

describe('the services of a plugin', () => {
  it('are those that it injects, by the names that it gives them', async () => {
    const { containers } = fakeEngine();
    assert.deepEqual(await labelsWith({ containers, clock: noon }), {
      at: '2030-01-01T12:00:00.000Z',
      others: '0',
    });
  });

  it('are missing without a declaration, for the compiler as well', async () => {
    let seen: unknown;
    const none = definePlugin({
      name: 'none',
      setup(context) {
        seen = context.services;
        // @ts-expect-error -- it injects nothing
        assert.equal(context.services.containers, undefined);
      },
    });
    const some = definePlugin({
      name: 'some',
      inject: { containers: Containers },
      setup({ services: injected }) {
        injected.containers.list satisfies Containers['list'];
        // @ts-expect-error -- it injects no images
        assert.equal(injected.images, undefined);
        // @ts-expect-error -- the service of a token has the token's type
        void injected.containers.pull;
      },
    });
    const { generation } = await load([none, some], {}, fakeEngine());
    assert.deepEqual(
      generation.plugins.map(({ state }) => state),
      ['active', 'active'],
    );
    assert.deepEqual(seen, {});
  });

  it('`log` names the plugin, as that of the context does', async () => {
    const says = definePlugin({
      name: 'says',
      inject: { log: Log },
      setup(context) {
        assert.equal(context.services.log, context.log);
        context.services.log.info('hello');
      },
    });
    const { log } = await load([says]);
    assert.deepEqual(log.lines[0]?.fields, { plugin: 'says' });
  });

  it('are replaced by rebinding them', async () => {
    const { containers } = fakeEngine();
    const log = new TestLog();
    const bound = { clock: systemClock, containers, files: inProcessFiles(), host, log };
    const container = containerWith(bound);
    container.rebind(Clock).toConstantValue(noon);
    const { runner } = await loadPlugins({ number: 1, builtIns: [labels], entries: [], container });
    const { draft } = await runner.plan(preCreate, makeDraft(), { log });
    assert.equal(draft.labels.at, '2030-01-01T12:00:00.000Z');
  });

  it('stay in the core’s container when the plugins are disposed of', async () => {
    const log = new TestLog();
    const container = containerWith({ ...fakeEngine(), clock: noon, files: inProcessFiles(), host, log });
    const { generation } = await load([labels], { container });
    await generation.dispose();
    assert.equal(container.get(Clock), noon);
  });

  it('of the engine fail in a setup that runs before the daemon is ready', async () => {
    let isReady = false;
    const engine = engineOnceReady(fakeEngine(), () => isReady);
    const eager = definePlugin({
      name: 'eager',
      inject: { containers: Containers },
      setup: ({ services: { containers } }) => void containers.list(),
    });
    const { generation } = await load([eager, labels], {}, engine);
    assert.match(generation.plugins[0]?.error ?? '', /containers\.list: pouchd is starting .*not in setup/);
    const { code } = await rejection((async () => engine.images.list())());
    assert.equal(code, 'PCH_NOT_READY');
    isReady = true;
    assert.deepEqual(await engine.images.list(), []);
  });

  it('have tokens of their own names', () => {
    const names = Object.values(services).map(({ description }) => description);
    assert.deepEqual(
      names,
      Object.keys(services).map((name) => `pouch.${name}`),
    );
  });
});
