import assert from 'node:assert/strict';
import { comparePlans } from '../../../../core/replay/comparePlans.ts';
import type { OciSpec } from '../../../../hooks/oci.ts';
import type { BlameEntry } from '../../../../hooks/plan.ts';
import { makeDraft } from '../plugins/support/draft.ts';

const spec = { ociVersion: '1.1.0' } as OciSpec;

function planOf(changes: Parameters<typeof makeDraft>[0], ...blame: [field: string, plugin: string][]) {
  const entries: BlameEntry[] = blame.map(([field, plugin]) => ({
    field,
    plugin,
    hook: 'container.preCreate',
    action: 'set',
    ms: 1,
  }));
  return { draft: makeDraft(changes), spec, blame: entries, degraded: [], warnings: [] };
}

describe('the comparison of two plans', () => {
  it('is empty for a plan and what a file has of it', () => {
    const plan = planOf({});
    assert.deepEqual(comparePlans(JSON.parse(JSON.stringify(plan)) as typeof plan, plan), []);
  });

  it('names each field with both values, and the plugin that set it last', () => {
    const before = planOf({ hostname: 'a', labels: { x: '1' } }, ['hostname', 'old'], ['labels.x', 'gone']);
    const after = planOf({ hostname: 'b', labels: {} }, ['hostname', 'new']);
    assert.deepEqual(comparePlans(before, after), [
      { field: 'hostname', recorded: 'a', replayed: 'b', plugin: 'new', hook: 'container.preCreate' },
      { field: 'labels.x', recorded: '1', plugin: 'gone', hook: 'container.preCreate' },
    ]);
  });

  it('names a field of the spec only if the drafts are equal', () => {
    const other = { ...planOf({}), spec: { ...spec, ociVersion: '1.2.0' } };
    assert.deepEqual(
      comparePlans(planOf({}), other).map(({ field, plugin }) => [field, plugin]),
      [['spec.ociVersion', 'core']],
    );
  });

  it('names a plugin that the new plan is made without', () => {
    const degraded = [{ plugin: 'corp', hook: 'container.preCreate', message: 'no' }];
    const [found] = comparePlans(planOf({}), { ...planOf({}), degraded });
    assert.deepEqual([found?.field, found?.replayed], ['degraded', degraded]);
  });
});
