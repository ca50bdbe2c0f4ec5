import assert from 'node:assert/strict';
import { contributionPoints } from '../../../../hooks/contributions/index.ts';
import type { ImageSource } from '../../../../hooks/index.ts';

const { problem } = contributionPoints.imageSource;
const functions = { manifest: () => undefined, blob: () => undefined };
const source = (fields: object) =>
  ({ name: 'corp', doc: 'x', references: ['corp.example/*'], ...functions, ...fields }) as ImageSource;

describe('an image source', () => {
  it('has patterns and two functions', () => assert.equal(problem?.(source({})), undefined));

  it('has no functions if it is Pouch’s own client', () => {
    const own = { manifest: undefined, blob: undefined };
    assert.equal(problem?.(source({ ...own, name: 'registry' })), undefined);
    assert.match(problem?.(source(own)) ?? '', /must be functions/);
  });

  const refused = {
    'invalid name "Corp"': { name: 'Corp' },
    '`deadlineMs` must be': { deadlineMs: 0 },
    '`references` must have': { references: [] },
    '`references` must have at least one': { references: [1] },
    '`manifest` and `blob`': { blob: undefined },
  };
  for (const [expected, fields] of Object.entries(refused))
    it(`${expected}: is refused`, () => {
      assert.ok(problem?.(source(fields))?.startsWith(expected), problem?.(source(fields)));
    });
});
