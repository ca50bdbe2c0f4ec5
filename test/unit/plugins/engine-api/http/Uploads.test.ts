import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Uploads } from '../../../../../plugins/engine-api/http/Uploads.ts';

describe('the context of a build, by a request of its own', () => {
  for (const [order, first] of [
    ['before', 'offer'],
    ['after', 'use'],
  ] as const)
    it(`is read if it comes ${order} the build`, async () => {
      const uploads = new Uploads();
      const offer = () => uploads.offer('a', Readable.from(['context']));
      const use = () => uploads.use('a', text);
      const [one, other] = first === 'offer' ? [offer(), use()] : [use(), offer()];
      assert.deepEqual(new Set(await Promise.all([one, other])), new Set(['context', undefined]));
    });

  it('ends its request also if the build fails', async () => {
    const uploads = new Uploads();
    const offered = uploads.offer('a', Readable.from(['context']));
    await assert.rejects(
      uploads.use('a', () => Promise.reject(new Error('failed'))),
      /failed/,
    );
    await offered;
  });
});
