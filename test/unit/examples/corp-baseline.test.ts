import assert from 'node:assert/strict';
import { loadConfig } from '../config/fixture.ts';
import profiles from '../../../plugins/profiles/index.ts';
import { createHarness } from '../../../testing/index.ts';

const file = `${import.meta.dirname}/../../../examples/corp-baseline/pouchd.yaml`;

describe('examples/corp-baseline/pouchd.yaml', () => {
  async function planned(...names: string[]) {
    const [entry] = loadConfig({ file }).config.plugins;
    assert.equal(entry?.name, 'profiles');
    const harness = await createHarness(profiles, { options: entry.options });
    return (await harness.plan({ profiles: names, resources: { cpuShares: 64 } })).draft;
  }

  it('gives a container names, certificates, time, limits and labels', async () => {
    const draft = await planned('corp');
    assert.deepEqual(draft.network.dns, ['192.0.2.53', '192.0.2.54']);
    assert.deepEqual(draft.network.dnsSearch, ['corp.example']);
    assert.equal(draft.process.env['TZ'], 'Europe/Berlin');
    assert.deepEqual(draft.process.rlimits['RLIMIT_NOFILE'], { soft: 4096, hard: 8192 });
    assert.equal(draft.labels['com.example.baseline'], '2026-11');
    assert.equal(draft.mounts['/etc/ssl/certs']?.source, '/etc/ssl/certs');
    assert.ok(draft.mounts['/etc/ssl/certs'].options.includes('ro'));
  });

  it('combines two profiles, and the request wins', async () => {
    const { labels, resources, restart } = await planned('corp', 'batch');
    assert.deepEqual([labels['com.example.baseline'], labels['com.example.class']], ['2026-11', 'batch']);
    assert.equal(resources.memory?.limit, 1024 ** 3);
    assert.equal(resources.cpu?.shares, 64);
    assert.deepEqual(restart, { name: 'on-failure', maximumRetryCount: 3 });
  });
});
