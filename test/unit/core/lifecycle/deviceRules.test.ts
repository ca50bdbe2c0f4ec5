import assert from 'node:assert/strict';
import type { ContainerDraft } from '../../../../hooks/draft.ts';
import { allowsAll, ownAccess } from '../../../../core/lifecycle/devices/deviceRules.ts';

const fuse = { type: 'c', major: 10, minor: 229, access: 'rwm' } as const;
const draft = (more: object = {}) =>
  ({ devices: { '/dev/fuse': fuse }, deviceRules: {}, ...more }) as unknown as ContainerDraft;

describe('rules of devices', () => {
  it('all devices are allowed by a rule without numbers', () => {
    assert.ok(allowsAll(draft({ deviceRules: { all: { allow: true, access: 'rwm' } } })));
    assert.ok(allowsAll(draft({ deviceRules: { 'a *:* rwm': { allow: true, type: 'a', access: 'rwm' } } })));
    assert.ok(!allowsAll(draft({ deviceRules: { x: { allow: true, type: 'c', access: 'rwm' } } })));
    assert.ok(!allowsAll(draft()));
  });

  it('what is taken away with a device is what nothing else grants', () => {
    assert.equal(ownAccess(draft(), '/dev/fuse', fuse), 'rwm');
    const again = { devices: { '/dev/fuse': fuse, '/dev/f': { ...fuse, access: 'r' } } };
    assert.equal(ownAccess(draft(again), '/dev/fuse', fuse), 'wm');
    const rule = {
      deviceRules: { 'c 10:229 rw': { allow: true, type: 'c', major: 10, minor: 229, access: 'rw' } },
    };
    assert.equal(ownAccess(draft(rule), '/dev/fuse', fuse), 'm');
    assert.equal(ownAccess(draft(), '/dev/n', { ...fuse, major: 1, minor: 3 }), '');
  });
});
