import assert from 'node:assert/strict';
import { standardNetwork } from '../../../../core/networks/NetworkDrivers.ts';
import { planAttachment } from '../../../../core/plan/planAttachment.ts';
import { FieldOwners } from '../../../../core/plugins/index.ts';
import { catalogue } from '../../../../hooks/catalogue.ts';
import type { BlameEntry, Degradation } from '../../../../hooks/plan.ts';
import { makeDraft } from '../plugins/support/draft.ts';
import { load, plugin, rejection } from '../plugins/support/load.ts';
import { TestLog } from '../../../../testing/TestLog.ts';

const context = { networkOf: (name: string) => standardNetwork(name) };

describe('the plan of a network attachment', () => {
  const run = () => ({
    log: new TestLog(),
    fieldOwners: new FieldOwners(),
    blame: [] as BlameEntry[],
    degraded: [] as Degradation[],
  });
  const web = { containerPort: 80, protocol: 'tcp', hostPort: 8080 } as const;
  const addresses = plugin('addresses', ({ hooks }) =>
    hooks.network.preAttach.tap((draft) => {
      draft.ip = '172.29.0.7';
      draft.ports['80/tcp@:8080'] = { ...web };
    }),
  );

  it('changes the container’s network, blamed and owned under the container’s own fields', async () => {
    const { runner } = await load([addresses]);
    const [draft, scope] = [makeDraft(), run()];
    await planAttachment(draft, runner, context, scope);
    assert.equal(draft.network.request.ip, '172.29.0.7');
    assert.deepEqual(draft.network.ports, { '80/tcp@:8080': web });
    const fields = scope.blame.map(({ field, plugin: by, hook }) => [field, by, hook]);
    assert.deepEqual(fields.at(-1), ['network.request.ip', 'addresses', 'network.preAttach']);
    assert.equal(fields[0]?.[0], 'network.ports["80/tcp@:8080"].containerPort');
    assert.deepEqual(scope.fieldOwners.of(['network', 'request', 'ip']), ['addresses']);
  });

  it('is in conflict with what another plugin has set in container.preCreate', async () => {
    const { runner } = await load([
      plugin('first', ({ hooks }) =>
        hooks.container.preCreate.tap(({ network }) => {
          network.request.ip = '172.29.0.6';
        }),
      ),
      addresses,
    ]);
    const scope = run();
    const { draft } = await runner.plan(catalogue.container.preCreate, makeDraft(), scope);
    const error = await rejection(planAttachment(draft, runner, context, scope));
    assert.equal(error.code, 'PCH_PLUGIN_CONFLICT');
    assert.deepEqual([error.plugin, error.hook], ['addresses', 'network.preAttach']);
  });

  for (const mode of ['none', 'host', `container:${'b'.repeat(64)}`])
    it(`does not take place for the mode ${mode.slice(0, 12)}`, async () => {
      const { runner } = await load([addresses]);
      const draft = makeDraft();
      draft.network.mode = mode;
      await planAttachment(draft, runner, context, run());
      assert.deepEqual(draft.network.ports, {});
    });
});
