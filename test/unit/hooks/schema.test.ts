import assert from 'node:assert/strict';
import { Value } from '@sinclair/typebox/value';
import { Type } from '../../../hooks/index.ts';
import { closed, describes, may, text } from '../../../hooks/schema/describes.ts';
import { containerDraft } from '../../../hooks/schema/draft.ts';
import { makeDraft } from '../core/plugins/support/draft.ts';

interface Example {
  readonly name: string;
  size?: number;
  list: string[];
  run(): void;
}

describe('a schema that describes a type', () => {
  const fields = { name: text, size: may(Type.Number()), list: Type.Array(text) };

  it('compiles only if it is the same', () => {
    describes<Example>()(closed(fields));
    // @ts-expect-error an optional field is missing
    describes<Example>()(closed({ name: text, list: Type.Array(text) }));
    // @ts-expect-error a field is of another type
    describes<Example>()(closed({ ...fields, name: Type.Number() }));
    // @ts-expect-error a field is not optional
    describes<Example>()(closed({ ...fields, size: Type.Number() }));
    // @ts-expect-error there is one field more
    describes<Example>()(closed({ ...fields, more: text }));
  });

  it('fits a real draft, and finds what does not', () => {
    const { image, ...draft } = makeDraft();
    const plain = { ...draft, image: { reference: image.reference, id: image.id, config: image.config } };
    assert.deepEqual([...Value.Errors(containerDraft, plain)], []);
    assert.equal(Value.Check(containerDraft, { ...plain, hostname: 7 }), false);
    assert.equal(Value.Check(containerDraft, { ...plain, extra: true }), false);
  });
});
