import assert from 'node:assert/strict';
import { checkKernel } from '../../../scripts/quickstart/checkHost.ts';
import { placeFrom } from '../../../scripts/quickstart/place.ts';

describe('the quickstart', () => {
  it('accepts kernels with the features that containers need', () => {
    for (const release of ['5.4.0', '5.10.0-28-amd64', '6.1.0', '10.0']) checkKernel(release);
  });

  for (const release of ['3.10.0-1160.el7.x86_64', '4.19.0-26-amd64', '5.3.18']) {
    it(`rejects Linux ${release} as too old, with what to do`, () =>
      assert.throws(() => checkKernel(release), {
        message: `Expected Linux 5.4 or later, found ${release}: boot a newer kernel, then run this again.`,
      }));
  }

  it('uses the defaults of pouchd', () => {
    const { root, state, host, isDefault } = placeFrom({});
    assert.deepEqual(
      [root, state, host, isDefault],
      ['/var/lib/pouch', '/run/pouch', 'unix:///run/pouch/pouchd.sock', true],
    );
  });

  it('derives separate names for another place', () => {
    const other = placeFrom({ POUCH_QUICKSTART_ROOT: '/srv/root', POUCH_QUICKSTART_STATE: '/srv/state' });
    assert.equal(other.isDefault, false);
    assert.notEqual(other.bridge, placeFrom({}).bridge);
    assert.notEqual(other.cgroupParent, placeFrom({}).cgroupParent);
  });

  for (const port of ['0', '65536', 'ssh', '']) {
    it(`rejects the port "${port}"`, () =>
      assert.throws(
        () => placeFrom({ POUCH_QUICKSTART_SSH_PORT: port }),
        /expected a port from 1 to 65535, found/,
      ));
  }
});
