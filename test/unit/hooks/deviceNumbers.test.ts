import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { deviceNumbers } from '../../../hooks/deviceNumbers.ts';

describe('device numbers', () => {
  it('are taken apart as the kernel packs them', () => {
    assert.deepEqual(deviceNumbers(statSync('/dev/null').rdev), { major: 1, minor: 3 });
    assert.deepEqual(deviceNumbers((259 << 8) | 5), { major: 259, minor: 5 });
    // Minor numbers beyond a byte are in the bits above the major number's.
    assert.deepEqual(deviceNumbers((8 << 8) | 0x34 | (0x12 << 20)), { major: 8, minor: 0x1234 });
  });
});
