import assert from 'node:assert/strict';
import { catalogue } from '../../../hooks/catalogue.ts';
import type { ContainerDraft } from '../../../hooks/draft.ts';
import { makeDraft } from '../core/plugins/support/draft.ts';
import { entry, load, rejection } from '../core/plugins/support/load.ts';

const path = `${import.meta.dirname}/../../../examples/legacy-limits/legacy-limits.ts`;

async function run(env: Record<string, string>, resources: ContainerDraft['resources'] = {}, options = {}) {
  const { runner, log } = await load([], { entries: [entry({ path, options })] });
  const draft = makeDraft({ resources });
  Object.assign(draft.process.env, env);
  return runner.plan(catalogue.container.preCreate, draft, { log });
}

describe('examples/legacy-limits', () => {
  it('converts the variables to cgroup limits and removes them', async () => {
    const { draft } = await run({ CPU_LIMIT: '1.5', MEMORY_LIMIT: '512m' });
    assert.deepEqual(draft.resources, {
      cpu: { quota: 150_000, period: 100_000 },
      memory: { limit: 512 * 2 ** 20 },
    });
    assert.deepEqual(Object.keys(draft.process.env), ['PATH']);
  });

  it('changes nothing without the variables', async () => {
    const { draft, blame } = await run({});
    assert.deepEqual(draft.resources, {});
    assert.deepEqual(blame, []);
  });

  it('keeps limits in the request and other resources', async () => {
    const resources = { cpu: { quota: 50_000, period: 100_000 }, memory: { swap: 2 ** 31 } };
    const { draft } = await run({ CPU_LIMIT: '3', MEMORY_LIMIT: '1g' }, resources);
    assert.deepEqual(draft.resources, { cpu: resources.cpu, memory: { swap: 2 ** 31, limit: 2 ** 30 } });
  });

  it('takes the names of the variables from its options', async () => {
    const { draft } = await run({ CPUS: '2', MEMORY_LIMIT: '64m' }, {}, { cpu: 'CPUS' });
    assert.equal(draft.resources.cpu?.quota, 200_000);
    assert.equal(draft.resources.memory?.limit, 64 * 2 ** 20);
  });

  const sizes: [string, number][] = [
    ['6291456', 6 * 2 ** 20],
    ['6144k', 6 * 2 ** 20],
    ['512M', 512 * 2 ** 20],
    ['512mb', 512 * 2 ** 20],
    ['512MiB', 512 * 2 ** 20],
    ['1.5g', 1.5 * 2 ** 30],
    [' 1t ', 2 ** 40],
  ];
  for (const [text, bytes] of sizes) {
    it(`parses the size ${JSON.stringify(text)}`, async () => {
      assert.equal((await run({ MEMORY_LIMIT: text })).draft.resources.memory?.limit, bytes);
    });
  }

  const bad: [string, string][] = [
    ['CPU_LIMIT', 'two'],
    ['CPU_LIMIT', ''],
    ['CPU_LIMIT', '-1'],
    ['CPU_LIMIT', '0.001'],
    ['CPU_LIMIT', '5000'],
    ['CPU_LIMIT', '1,5'],
    ['MEMORY_LIMIT', '512x'],
    ['MEMORY_LIMIT', '5m'],
    ['MEMORY_LIMIT', '999999999999999t'],
    ['MEMORY_LIMIT', 'lots'],
  ];
  for (const [variable, value] of bad) {
    it(`rejects ${variable}=${value} with the names of the variable and the plugin`, async () => {
      const error = await rejection(run({ [variable]: value }));
      assert.equal(error.code, 'PCH_OPTION_INVALID');
      assert.equal(error.plugin, 'legacy-limits');
      assert.equal(error.hook, 'container.preCreate');
      assert.match(error.message, new RegExp(`^environment variable ${variable}: expected .*, found "`));
      assert.match(error.hint ?? '', new RegExp(variable));
    });
  }
});
