import assert from 'node:assert/strict';
import { Allowance } from '../../../../../core/dns/resolver/Allowance.ts';
import { FrameSplitter, framed } from '../../../../../core/dns/resolver/framing.ts';

describe('the queries of a container', () => {
  it('are as many as it may send in a second, and grow again with time', () => {
    let now = 0;
    const allowance = new Allowance(3, () => now);
    const take = (count: number) => Array.from({ length: count }, () => allowance.take());
    assert.deepEqual(take(4), [true, true, true, false]);
    now += 334;
    assert.deepEqual(take(2), [true, false]);
    now += 60_000;
    assert.deepEqual(take(4), [true, true, true, false]);
  });

  it('over TCP come in pieces of any size', () => {
    const stream = Buffer.concat([framed(Buffer.from('one')), framed(Buffer.from('three'))]);
    for (let size = 1; size <= stream.length; size += 1) {
      const splitter = new FrameSplitter(10);
      const found: string[] = [];
      for (let at = 0; at < stream.length; at += size)
        found.push(...splitter.push(stream.subarray(at, at + size)).map(String));
      assert.deepEqual(found, ['one', 'three']);
    }
  });

  it('over TCP are refused by their length, before they have arrived', () => {
    assert.throws(() => new FrameSplitter(10).push(Buffer.from([0, 11])), RangeError);
  });
});
