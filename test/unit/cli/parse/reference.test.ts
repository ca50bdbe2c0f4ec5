import assert from 'node:assert/strict';
import { splitReference, withDefaultTag } from '../../../../cli/parse/reference.ts';

describe('image references', () => {
  const cases: [reference: string, name: string, tag: string | undefined][] = [
    ['debian', 'debian', undefined],
    ['debian:bookworm', 'debian', 'bookworm'],
    ['localhost:5000/a', 'localhost:5000/a', undefined],
    ['localhost:5000/a/b:v1', 'localhost:5000/a/b', 'v1'],
    ['a@sha256:00', 'a', 'sha256:00'],
    ['a:v1@sha256:00', 'a:v1', 'sha256:00'],
  ];
  for (const [reference, name, tag] of cases) {
    it(reference, () => assert.deepEqual(splitReference(reference), { name, tag }));
  }

  it('get the tag latest only without a tag or digest', () => {
    assert.equal(withDefaultTag('debian'), 'debian:latest');
    assert.equal(withDefaultTag('localhost:5000/a'), 'localhost:5000/a:latest');
    assert.equal(withDefaultTag('a@sha256:00'), 'a@sha256:00');
  });
});
