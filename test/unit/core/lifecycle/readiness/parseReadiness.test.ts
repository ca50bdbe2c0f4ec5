import assert from 'node:assert/strict';
import { parseReadiness } from '../../../../../core/lifecycle/readiness/parseReadiness.ts';

describe('what a readiness probe prints', () => {
  it('is read from its last line', () => {
    assert.deepEqual(parseReadiness('noise\nrunning\n'), { state: 'running', failedUnits: [] });
    assert.deepEqual(parseReadiness('starting'), { state: 'starting', failedUnits: [] });
    assert.deepEqual(parseReadiness('degraded a.service  b.service\n'), {
      state: 'degraded',
      failedUnits: ['a.service', 'b.service'],
    });
    assert.deepEqual(parseReadiness('failed no  default target'), {
      state: 'failed',
      failedUnits: [],
      reason: 'no default target',
    });
  });

  it('has warnings before it', () => {
    assert.deepEqual(parseReadiness('warning a.service: PrivateTmp=\nnoise\nwarning \nrunning\n')?.warnings, [
      'a.service: PrivateTmp=',
    ]);
    const many = parseReadiness(`${`warning ${'x'.repeat(1000)}\n`.repeat(100)}degraded a`)!;
    assert.deepEqual([many.warnings?.length, many.warnings?.[0]?.length], [20, 256]);
  });

  for (const text of ['', '\n', 'sh: systemctl: not found', 'Running', 'running\nbut'])
    it(`without a state: ${JSON.stringify(text)}`, () => assert.equal(parseReadiness(text), undefined));

  it('has the users, of a line before the last', () => {
    assert.deepEqual(parseReadiness('users 2\nrunning'), { state: 'running', failedUnits: [], users: 2 });
    for (const text of ['users -1', 'users many', 'users 12345678', 'x users 3'])
      assert.deepEqual(parseReadiness(`${text}\nrunning`), { state: 'running', failedUnits: [] }, text);
    assert.equal(parseReadiness('users 2'), undefined);
  });

  it('is not trusted: control characters are left out, and names and their number are limited', () => {
    assert.deepEqual(parseReadiness('degraded \u001b[2Ja\u0000\u202eb')?.failedUnits, ['[2Ja', 'b']);
    const many = parseReadiness(`degraded ${'x'.repeat(1000)} ${'y '.repeat(1000)}`)!;
    assert.equal(many.failedUnits.length, 20);
    assert.equal(many.failedUnits[0]!.length, 256);
    assert.equal(parseReadiness(`failed ${'z'.repeat(1000)}`)!.reason!.length, 256);
  });
});
