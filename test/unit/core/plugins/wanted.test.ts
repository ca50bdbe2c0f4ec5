import assert from 'node:assert/strict';
import { slotsOf } from '../../../../core/plugins/load/wanted.ts';

describe('the entry of a plugin', () => {
  it('has its line of pouchd.yaml, and that of an installed plugin without one has none', () => {
    const entry = { path: '/p.ts', enabled: true, options: {} };
    const locate = (pointer: string) => `pouchd.yaml:${pointer}`;
    const slots = slotsOf([], [entry, { ...entry, path: '/q.ts', isUnnamed: true }], locate, new Map());
    assert.deepEqual(
      slots.map(({ wanted: { origin } }) => origin),
      ['pouchd.yaml:/plugins/0', undefined],
    );
  });
});
