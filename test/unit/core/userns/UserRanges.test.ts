import assert from 'node:assert/strict';
import { UserRanges } from '../../../../core/userns/UserRanges.ts';
import type { ContainerRecord } from '../../../../hooks/engine.ts';

const within = { first: 1000, last: 1299 };

describe('host ids for containers', () => {
  let records: Pick<ContainerRecord, 'draft'>[];
  let ranges: UserRanges;
  beforeEach(() => {
    records = [];
    ranges = new UserRanges(() => records);
  });

  function recorded(...mappings: [hostID: number, size: number][]) {
    const list = mappings.map(([hostID, size]) => ({ containerID: 0, hostID, size }));
    records.push({ draft: { uidMappings: list, gidMappings: list } } as unknown as ContainerRecord);
  }

  it('are the lowest free ones, also in gaps', () => {
    recorded([1200, 50]);
    recorded([1000, 100]);
    assert.deepEqual(ranges.take('a', 100, within), { first: 1100, last: 1199 });
    assert.deepEqual(ranges.take('b', 50, within), { first: 1250, last: 1299 });
  });

  it('are reserved for a container that is being created, until its create fails', () => {
    assert.equal(ranges.take('a', 200, within).first, 1000);
    assert.throws(() => ranges.take('b', 200, within), { code: 'PCH_USERNS_FULL' });
    ranges.release('a');
    assert.equal(ranges.take('b', 200, within).first, 1000);
  });

  it('another plan of the same container ignores its own reservation', () => {
    assert.equal(ranges.take('a', 300, within).first, 1000);
    assert.equal(ranges.take('a', 300, within).first, 1000);
  });

  it('never overlap ids that a user has chosen, inside or partly outside of the range', () => {
    recorded([900, 150], [1290, 100]);
    assert.deepEqual(ranges.take('a', 200, within), { first: 1050, last: 1249 });
    assert.throws(() => ranges.take('b', 41, within), { code: 'PCH_USERNS_FULL' });
    assert.deepEqual(ranges.take('b', 40, within), { first: 1250, last: 1289 });
  });
});
