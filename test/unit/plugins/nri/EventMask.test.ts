import assert from 'node:assert/strict';
import { EventMask } from '../../../../plugins/nri/EventMask.ts';
import { Event } from '../../../../plugins/nri/gen/nri.ts';
import { checkedName } from '../../../../plugins/nri/session/pluginName.ts';

describe('the events of an NRI plugin', () => {
  it('are a bit each, the lowest for event 1', () => {
    const mask = new EventMask(0b1001);
    assert.deepEqual(mask.names, ['RUN_POD_SANDBOX', 'CREATE_CONTAINER']);
    assert.ok(mask.has(Event.CREATE_CONTAINER) && !mask.has(Event.STOP_CONTAINER));
  });

  it('are all without a mask', () => assert.equal(new EventMask(0).names.length, 11));

  it('may be some that never happen here', () => {
    assert.deepEqual(new EventMask((1 << 11) | (1 << 12)).names, []);
  });

  it('are not those that would be missed', () => {
    assert.throws(() => new EventMask(1 << 13), /found 14 \(ValidateContainerAdjustment\)/);
    assert.throws(() => new EventMask(1 << 20), { code: 'PCH_NRI_REFUSED' });
  });
});

describe('the name of an NRI plugin', () => {
  it('is its index and its name', () => assert.equal(checkedName('07', 'foo.bar'), '07-foo.bar'));

  for (const [index, name] of [
    ['7', 'foo'],
    ['077', 'foo'],
    ['ab', 'foo'],
    ['07', ''],
    ['07', 'a/b'],
    ['07', 'x'.repeat(64)],
  ])
    it(`is not ${index} and ${name!.slice(0, 5) || 'nothing'}`, () =>
      assert.throws(() => checkedName(index!, name!), { code: 'PCH_NRI_REFUSED' }));
});
