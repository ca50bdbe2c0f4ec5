import assert from 'node:assert/strict';
import { WriteAction, WriteContentRequest } from '../../../../../core/containerd/gen/services/content.ts';
import { writeMethod } from '../../../../../core/containerd/rpc/writeMessage.ts';

describe('a write message', () => {
  for (const pieces of [
    [],
    [Buffer.alloc(0)],
    [Buffer.from('ab')],
    [Buffer.from('ab'), Buffer.alloc(300, 'c')],
  ]) {
    it(`of pieces of [${pieces.map((piece) => piece.length).join(', ')}] bytes decodes to the request that the generated encoder would make`, () => {
      const fields = { action: WriteAction.WRITE, ref: 'r', offset: 2 ** 40, labels: { a: 'b' } };
      const decoded = WriteContentRequest.decode(writeMethod.requestSerialize({ ...fields, data: pieces }));
      assert.deepEqual(decoded, WriteContentRequest.create({ ...fields, data: Buffer.concat(pieces) }));
    });
  }
});
