import assert from 'node:assert/strict';
import { loadConfig } from '../config/fixture.ts';
import { catalogue } from '../../../hooks/catalogue.ts';
import { makeDraft } from '../core/plugins/support/draft.ts';
import { entry, load, plugin } from '../core/plugins/support/load.ts';

const file = `${import.meta.dirname}/../../../examples/agent/pouchd.yaml`;

describe('examples/agent/pouchd.yaml', () => {
  it('is valid, and all its plugins load and apply to a rich container', async () => {
    const loaded = loadConfig({ file });
    const { generation, runner, log } = await load([plugin('rich-systemd', () => {})], {
      entries: loaded.config.plugins.map((each) => entry({ ...each, isolation: 'in-process' })),
      locate: (pointer) => `pouchd.yaml:${loaded.lineOf(pointer)?.line}`,
    });
    assert.deepEqual(
      generation.plugins.map(({ name, state }) => [name, state]),
      [
        ['rich-systemd', 'active'],
        ['corp-hosts', 'active'],
        ['legacy-limits', 'active'],
      ],
    );
    const draft = makeDraft({ rich: { enabled: true, mode: 'systemd', initScript: '' } });
    Object.assign(draft.process.env, { CPU_LIMIT: '1.5', MEMORY_LIMIT: '2g' });
    const planned = await runner.plan(catalogue.container.preCreate, draft, { log });
    assert.equal(planned.draft.extraHosts['db.corp.example'], '192.0.2.7');
    assert.deepEqual(planned.draft.resources.cpu, { quota: 150_000, period: 100_000 });
    assert.match(planned.blame[0]?.origin ?? '', /^pouchd\.yaml:\d+$/);
  });
});
