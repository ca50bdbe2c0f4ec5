import assert from 'node:assert/strict';
import { hostId, isMapped } from '../../../../core/userns/ids.ts';

const mappings = [
  { containerID: 0, hostID: 5000, size: 10 },
  { containerID: 100, hostID: 9000, size: 1 },
];

describe('ids of a container on the host', () => {
  it('are mapped, or undefined', () => {
    assert.deepEqual(
      [0, 9, 10, 100, 101].map((id) => hostId(id, mappings)),
      [5000, 5009, undefined, 9000, undefined],
    );
    assert.equal(hostId(33, []), 33);
  });

  it('are distinguished from those of others', () => {
    assert.deepEqual(
      [0, 4999, 5000, 5009, 5010, 9000].map((id) => isMapped(id, mappings)),
      [false, false, true, true, false, true],
    );
  });
});
