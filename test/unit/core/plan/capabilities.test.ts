import assert from 'node:assert/strict';
import {
  allCapabilities,
  capabilitiesIn,
  defaultCapabilities,
  hostBoundingSet,
} from '../../../../core/plan/capabilities.ts';

describe('plan: capabilities', () => {
  it('knows the kernel’s 41, each at its number', () => {
    assert.equal(allCapabilities.length, 41);
    assert.equal(allCapabilities.indexOf('CAP_SYS_ADMIN'), 21);
    assert.equal(allCapabilities.indexOf('CAP_CHECKPOINT_RESTORE'), 40);
  });

  it('gives the 14 of the default, all known, none of them SYS_ADMIN', () => {
    assert.equal(defaultCapabilities.length, 14);
    assert.ok(defaultCapabilities.every((name) => allCapabilities.includes(name)));
    assert.ok(!defaultCapabilities.includes('CAP_SYS_ADMIN'));
  });

  it('reads masks as /proc writes them, and leaves bits without a name out', () => {
    assert.deepEqual(capabilitiesIn('0000000000000000'), []);
    assert.deepEqual(capabilitiesIn('0000010000200001'), [
      'CAP_CHOWN',
      'CAP_SYS_ADMIN',
      'CAP_CHECKPOINT_RESTORE',
    ]);
    assert.deepEqual(capabilitiesIn('8000000000000000'), []);
  });

  it('reads the bounding set of this process', () => {
    assert.ok(hostBoundingSet().every((name) => allCapabilities.includes(name)));
  });
});
