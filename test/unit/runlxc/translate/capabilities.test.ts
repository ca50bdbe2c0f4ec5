import { deepEqual, equal, throws } from 'node:assert/strict';
import { capabilityMask, capabilityName } from '../../../../runlxc/translate/capabilities.ts';

const all = (1n << 64n) - 1n;

describe('a set of capabilities', () => {
  it('is a mask', () => {
    equal(
      capabilityMask(['CAP_CHOWN', 'CAP_CHECKPOINT_RESTORE'], 'bounding', { available: all, warn: fail }),
      '0x10000000001',
    );
  });

  it('ignores unknown capabilities, and those that the runtime does not have, with a warning', () => {
    const warnings: string[] = [];
    const mask = capabilityMask(['CAP_NEW', 'CAP_KILL', 'CAP_CHOWN'], 'effective', {
      available: 1n,
      warn: (text) => warnings.push(text),
    });
    equal(mask, '0x1');
    deepEqual(
      warnings.map((text) => /capability (\w+)/.exec(text)?.[1]),
      ['CAP_NEW', 'CAP_KILL'],
    );
  });

  it('accepts names of the command line with and without CAP_', () => {
    equal(capabilityName('net_raw'), 'CAP_NET_RAW');
    equal(capabilityName('CAP_NET_RAW'), 'CAP_NET_RAW');
    throws(() => capabilityName('CAP_ODD'), /invalid capability "CAP_ODD"/);
  });
});

function fail(text: string): void {
  throw new Error(text);
}
