import { strict as assert } from 'node:assert';
import { selectRuntime } from '../../../../../core/plan/runtime/select.ts';
import type { ContainerDraft } from '../../../../../hooks/draft.ts';
import type { BlameEntry } from '../../../../../hooks/plan.ts';
import { emptyDraft } from '../support.ts';

describe('selection of the runtime', () => {
  const rules = [{ when: { label: 'vm' }, use: 'kata' }];

  function select(change: Partial<ContainerDraft>, chosen?: string, annotatedBy: BlameEntry[] = []) {
    return selectRuntime(
      { ...emptyDraft(), ...change },
      {
        runtime: { default: 'runc', cgroupDriver: 'cgroupfs', startTimeout: 1000, add: {}, rules },
        blame: annotatedBy,
        originOf: (setting) => (setting.startsWith('runtime.rules') ? '/etc/pouch/pouchd.yaml:7' : undefined),
        ask: async () => (chosen === undefined ? undefined : { result: chosen, plugin: 'chooser' }),
      },
    );
  }

  const annotations = { 'io.pouch.runtime': 'crun' };
  const labels = { vm: '' };

  it('takes what the request names before anything else', async () => {
    const { name } = await select({ runtime: 'runsc', annotations, labels }, 'youki');
    assert.equal(name, 'runsc');
  });

  it('then the annotation, by whose name it is blamed', async () => {
    const { name, blame } = await select({ annotations, labels }, 'youki');
    assert.equal(name, 'crun');
    assert.equal(blame.hook, 'io.pouch.runtime');
  });

  it('blames the plugin that has set the annotation', async () => {
    const field = 'annotations["io.pouch.runtime"]';
    const by = { plugin: 'annotator', hook: 'container.preCreate', origin: '/etc/pouch/pouchd.yaml:3' };
    const { blame } = await select({ annotations }, undefined, [
      { field, plugin: 'request', hook: 'create', action: 'set', after: 'runc', ms: 1 },
      { field, ...by, action: 'changed', after: 'crun', ms: 1 },
    ]);
    assert.deepEqual(blame, { field: 'runtime', action: 'set', after: 'crun', ms: 0, ...by });
  });

  it('then a plugin’s choice, with the plugin’s name', async () => {
    const { name, blame } = await select({ labels }, 'youki');
    assert.equal(name, 'youki');
    assert.equal(blame.plugin, 'chooser');
  });

  it('then the first rule that fits, with its line', async () => {
    const { name, blame } = await select({ labels });
    assert.equal(name, 'kata');
    assert.equal(blame.hook, 'runtime.rules[0]');
    assert.equal(blame.origin, '/etc/pouch/pouchd.yaml:7');
  });

  it('else the default', async () => {
    const { name, blame } = await select({});
    assert.equal(name, 'runc');
    assert.equal(blame.hook, 'runtime.default');
    assert.equal(blame.origin, undefined);
  });
});
