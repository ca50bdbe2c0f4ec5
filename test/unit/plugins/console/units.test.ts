import assert from 'node:assert/strict';
import { age, bytes, cut, time } from '../../../../plugins/console/units.ts';

describe('values of the console', () => {
  it('a long text ends before the word that does not fit, which may be a secret', () => {
    assert.equal(cut('short'), 'short');
    assert.equal(cut('the password is hunter2hunter2 and more', 20), 'the password is …');
    assert.equal(cut('the password', 3), 'the …');
    assert.equal(cut('x'.repeat(300)), '…');
  });

  it('sizes, ages and times are for people', () => {
    assert.deepEqual([0, 1023, 1024, 3.14 * 2 ** 30].map(bytes), ['0 B', '1023 B', '1.0 KiB', '3.1 GiB']);
    const now = Date.parse('2026-01-02T00:00:00Z');
    assert.equal(age('2026-01-01T23:57:00Z', now), '3 min');
    assert.equal(age('', now), '');
    assert.equal(time('2026-01-31T10:00:00.123Z'), '2026-01-31 10:00:00 UTC');
  });
});
