import assert from 'node:assert/strict';
import { Value } from '@sinclair/typebox/value';
import { ContainerDraft } from '../../../hooks/draft.ts';
import { makeDraft } from '../core/plugins/support/draft.ts';

describe('the schema of a draft', () => {
  it('fits a real draft, and finds what does not', () => {
    const { image, ...draft } = makeDraft();
    const plain = { ...draft, image: { reference: image.reference, id: image.id, config: image.config } };
    assert.deepEqual([...Value.Errors(ContainerDraft, plain)], []);
    assert.equal(Value.Check(ContainerDraft, { ...plain, hostname: 7 }), false);
    assert.equal(Value.Check(ContainerDraft, { ...plain, extra: true }), false);
  });
});
