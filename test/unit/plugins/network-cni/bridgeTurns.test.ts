import assert from 'node:assert/strict';
import { BridgeTurns } from '../../../../plugins/network-cni/bridge/BridgeTurns.ts';

describe('network-cni: turns of removals and of the look at bridges', () => {
  let turns: BridgeTurns;
  let log: string[];
  /** By name; each ends what it belongs to. */
  let end: Map<string, () => void>;

  beforeEach(() => {
    turns = new BridgeTurns();
    log = [];
    end = new Map();
  });

  const work = (name: string) => async () => {
    log.push(`${name} begins`);
    await new Promise<void>((resolve) => end.set(name, resolve));
    log.push(`${name} ends`);
  };
  const passed = () => new Promise((resolve) => setImmediate(resolve));

  it('runs removals at the same time', async () => {
    const both = Promise.all([turns.remove(work('one')), turns.remove(work('two'))]);
    await passed();
    assert.deepEqual(log, ['one begins', 'two begins']);
    end.forEach((ends) => ends());
    await both;
  });

  it('has the look wait for the removals before it, and later removals for the look', async () => {
    const before = turns.remove(work('before'));
    const look = turns.look(work('look'));
    const after = turns.remove(work('after'));
    await passed();
    assert.deepEqual(log, ['before begins']);
    end.get('before')!();
    await before;
    await passed();
    assert.deepEqual(log.slice(2), ['look begins']);
    end.get('look')!();
    await look;
    await passed();
    assert.deepEqual(log.slice(4), ['after begins']);
    end.get('after')!();
    await after;
  });

  it('runs the next one after a failure, which only its caller gets', async () => {
    const fails = () => Promise.reject(new Error('broken'));
    await assert.rejects(turns.look(fails), /broken/);
    await assert.rejects(turns.remove(fails), /broken/);
    await turns.remove(() => Promise.resolve());
    await turns.look(() => Promise.resolve());
  });
});
