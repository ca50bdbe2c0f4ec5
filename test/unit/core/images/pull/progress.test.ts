import assert from 'node:assert/strict';
import { shortDigest, throttled } from '../../../../../core/images/pull/progress.ts';
import type { Progress } from '../../../../../hooks/engine.ts';

describe('progress', () => {
  it('passes on every change of status, but only some counts', () => {
    const seen: Progress[] = [];
    const report = throttled((progress) => seen.push(progress));
    report({ id: 'a', status: 'Waiting' });
    for (let current = 0; current < 1000; current++) report({ id: 'a', status: 'Downloading', current });
    report({ id: 'a', status: 'Download complete' });
    const statuses = seen.map(({ status }) => status);
    assert.deepEqual([...new Set(statuses)], ['Waiting', 'Downloading', 'Download complete']);
    assert.ok(seen.length < 100);
  });

  it('shortens digests as Docker does', () => {
    assert.equal(shortDigest('sha256:0123456789abcdef'), '0123456789ab');
  });
});
