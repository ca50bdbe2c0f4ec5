import assert from 'node:assert/strict';
import { lazyCopy, withoutCopy } from '../../../../../core/plugins/draft/lazyCopy.ts';

describe('a lazy copy', () => {
  const original = { labels: { a: '1' }, mounts: {} };

  it('copies a field when it is read', () => {
    const { view, fields } = lazyCopy(original);
    (view as typeof original).labels.a = '2';
    assert.equal(original.labels.a, '1');
    assert.deepEqual(fields['labels'], { a: '2' });
    assert.equal(fields['mounts'], original.mounts);
  });

  it('is read without a copy, as it is by then', () => {
    const { view, fields } = lazyCopy(original);
    assert.equal(JSON.stringify(withoutCopy(view)), JSON.stringify(original));
    assert.equal(fields['labels'], original.labels);
    (view as typeof original).labels.a = '2';
    assert.deepEqual(withoutCopy(view), { labels: { a: '2' }, mounts: {} });
    assert.equal(withoutCopy(original), original);
    assert.equal(withoutCopy('text'), 'text');
  });
});
