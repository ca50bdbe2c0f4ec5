import assert from 'node:assert/strict';
import { Tracked } from '../../torture/model/Tracked.ts';
import { after, mayRefuse } from '../../torture/model/transitions.ts';

describe('the model of a container', () => {
  const server = () => new Tracked({ name: 'web', kind: 'server' });
  const brief = () => new Tracked({ name: 'once', kind: 'brief' });

  it('knows what an acknowledged verb makes of it', () => {
    assert.deepEqual(after('start', server(), new Set(['created'])), ['running']);
    assert.deepEqual(after('start', brief(), new Set(['created'])), ['ending']);
    assert.deepEqual(after('stop', server(), new Set(['created', 'running'])), ['created', 'exited']);
    assert.deepEqual(after('rm -f', server(), new Set(['paused'])), ['gone']);
  });

  it('knows which refusals are true', () => {
    assert.equal(mayRefuse('pause', new Set(['exited'])), true);
    assert.equal(mayRefuse('pause', new Set(['running'])), false);
    assert.equal(mayRefuse('use', new Set(['ending'])), true);
    assert.equal(mayRefuse('rm', new Set(['running', 'exited'])), true);
  });

  it('expects no certain exit of one that a fault has hurt', () => {
    const one = server();
    one.is('running');
    one.exitCodes = [3];
    one.hurt();
    assert.ok(one.may('running') && one.may('exited') && !one.must('running'));
    assert.equal(one.exitCodes, undefined);
  });

  it('knows that the end of one that a fault has hurt may not be noticed yet', () => {
    const one = server();
    assert.equal(one.mayBeDying, false);
    one.hurt();
    assert.equal(one.mayBeDying, true);
  });

  it('expects that one which a fault has met frozen ends when it is resumed', () => {
    const one = server();
    one.is('paused');
    one.hurt();
    one.is('running');
    one.resumed();
    assert.ok(one.may('exited'));
    one.is('running');
    one.resumed();
    assert.ok(one.must('running'));
  });

  it('does not take a stopped one for ended by a fault', () => {
    const one = server();
    one.is('created');
    one.hurt();
    assert.ok(one.must('created'));
  });
});
