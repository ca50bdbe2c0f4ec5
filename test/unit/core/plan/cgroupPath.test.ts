import assert from 'node:assert/strict';
import { requestedCgroup, specCgroup, standardCgroup } from '../../../../core/plan/cgroupPath.ts';
import { needsOf } from '../../../../core/plan/runtime/needs.ts';
import { emptyDraft } from './support.ts';

describe('the cgroup of a container', () => {
  it('is below the parent of pouchd.yaml when the runtime makes it', () => {
    assert.equal(standardCgroup('/pouch', 'ID', 'cgroupfs'), '/pouch/ID');
    assert.equal(specCgroup('/pouch/ID'), '/pouch/ID');
  });

  it('is a scope in a slice, as deep as the parent, when systemd makes it', () => {
    for (const [parent, path, spec] of [
      ['/pouch', '/pouch.slice/pouch-ID.scope', 'pouch.slice:pouch:ID'],
      ['/pouch-12ab', '/pouch.slice/pouch-12ab.slice/pouch-ID.scope', 'pouch-12ab.slice:pouch:ID'],
      ['/a/b', '/a.slice/a-b.slice/pouch-ID.scope', 'a-b.slice:pouch:ID'],
      ['/batch.slice', '/batch.slice/pouch-ID.scope', 'batch.slice:pouch:ID'],
    ] as const) {
      assert.equal(standardCgroup(parent, 'ID', 'systemd'), path);
      assert.equal(specCgroup(path), spec);
    }
  });

  it('is below the parent that is asked for', () => {
    assert.equal(requestedCgroup('/batch/', 'ID', 'cgroupfs'), '/batch/ID');
    assert.equal(requestedCgroup('batch/night', 'ID', 'cgroupfs'), '/batch/night/ID');
    assert.equal(requestedCgroup('a-b.slice', 'ID', 'systemd'), '/a.slice/a-b.slice/pouch-ID.scope');
  });

  const wrong = {
    cgroupfs: ['/', 'a/../..', '/a/../b', 'a.slice'],
    systemd: ['/batch', 'a', '-a.slice', 'a--b.slice'],
  };
  for (const [driver, parents] of Object.entries(wrong))
    for (const parent of parents)
      it(`${parent} is not a valid parent with ${driver}`, () => {
        assert.throws(() => requestedCgroup(parent, 'ID', driver as 'systemd'), {
          code: 'PCH_OPTION_INVALID',
        });
      });

  it('needs a runtime that can have systemd make it, or that takes a parent', () => {
    const draft = emptyDraft();
    const standing = { cgroupDriver: 'cgroupfs', standardCgroup: draft.cgroupsPath } as const;
    assert.ok(!needsOf(draft, standing).some((feature) => /cgroupParent|systemdCgroup/.test(feature)));
    assert.ok(needsOf(draft, { ...standing, cgroupDriver: 'systemd' }).includes('systemdCgroup'));
    assert.ok(needsOf({ ...draft, cgroupsPath: '/x/ID' }, standing).includes('cgroupParent'));
  });
});
