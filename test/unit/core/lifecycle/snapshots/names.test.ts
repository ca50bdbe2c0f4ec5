import assert from 'node:assert/strict';
import {
  checkNewSnapshot,
  mostSnapshots,
  newSnapshotName,
} from '../../../../../core/lifecycle/snapshots/names.ts';
import type { ContainerRecord, RootSnapshot } from '../../../../../hooks/engine.ts';

const record = (...names: string[]) =>
  ({ id: 'i', name: 'box', snapshots: names.map((name) => ({ name }) as RootSnapshot) }) as ContainerRecord;

describe('the name of a snapshot', () => {
  it('is by the time, and not one that is used', () => {
    const first = newSnapshotName(record());
    assert.match(first, /^\d{8}-\d{6}$/);
    const names = [
      first,
      newSnapshotName(record()),
      newSnapshotName(record(first, newSnapshotName(record()))),
    ];
    assert.ok(new Set(names).size >= 2);
    assert.match(newSnapshotName(record(), 'before-'), /^before-\d{8}-\d{6}$/);
  });

  it('is refused if it is taken, invalid or one too many', () => {
    assert.throws(() => checkNewSnapshot(record('a'), 'a'), { code: 'PCH_ALREADY_EXISTS' });
    for (const name of ['', '.a', '../a', 'a/b', 'a'.repeat(129)])
      assert.throws(() => checkNewSnapshot(record(), name), { code: 'PCH_NAME_INVALID' }, name);
    const many = Array.from({ length: mostSnapshots }, (_, count) => `s${count}`);
    assert.throws(() => checkNewSnapshot(record(...many), 'more'), { code: 'PCH_CONFLICT' });
  });
});
