import assert from 'node:assert/strict';
import { catalogue } from '../../../hooks/catalogue.ts';
import { makeDraft } from '../core/plugins/support/draft.ts';
import { entry, load } from '../core/plugins/support/load.ts';

const path = `${import.meta.dirname}/../../../examples/corp-hosts/corp-hosts.ts`;
const run = async (options: Record<string, unknown>, extraHosts = {}) => {
  const loaded = await load([], { entries: [entry({ path, options })] });
  const { preCreate } = catalogue.container;
  return {
    ...loaded,
    ...(await loaded.runner.plan(preCreate, makeDraft({ extraHosts }), { log: loaded.log })),
  };
};

describe('examples/corp-hosts', () => {
  it('adds its entries to every container, with blame for each', async () => {
    const { draft, blame } = await run({ entries: { 'db.corp': '192.0.2.7', ldap: '2001:db8::8' } });
    assert.deepEqual(draft.extraHosts, { 'db.corp': '192.0.2.7', ldap: '2001:db8::8' });
    assert.deepEqual(
      blame.map(({ field, plugin }) => [field, plugin]),
      [
        ['extraHosts["db.corp"]', 'corp-hosts'],
        ['extraHosts.ldap', 'corp-hosts'],
      ],
    );
  });

  it('keeps a name in the request', async () => {
    const { draft } = await run({ entries: { db: '192.0.2.7' } }, { db: '10.0.0.1' });
    assert.deepEqual(draft.extraHosts, { db: '10.0.0.1' });
  });

  it('is quarantined for an invalid address', async () => {
    const { generation } = await run({ entries: { db: 'nowhere' } });
    assert.equal(generation.plugins[0]?.state, 'quarantined');
    assert.match(generation.plugins[0]?.error ?? '', /options\.entries\.db must match format "ip"/);
  });
});
