import assert from 'node:assert/strict';
import { LineSplitter } from '../../../../../core/plugins/process/LineSplitter.ts';

const split = (splitter: LineSplitter, text: string) => [...splitter.push(Buffer.from(text))].map(String);

describe('LineSplitter', () => {
  it('joins what comes in parts, and splits what comes together', () => {
    const splitter = new LineSplitter(10);
    assert.deepEqual(split(splitter, 'a'), []);
    assert.deepEqual(split(splitter, 'b\nc\n\nd'), ['ab', 'c', '']);
    assert.deepEqual(split(splitter, '\n'), ['d']);
  });

  it('takes a line of the longest length, and no longer one, with or without its end', () => {
    assert.deepEqual(split(new LineSplitter(3), 'abc\n'), ['abc']);
    const tooLong = { name: 'RangeError', message: 'abcd' };
    assert.throws(() => split(new LineSplitter(3), 'abcd\n'), tooLong);
    assert.throws(() => split(new LineSplitter(3), 'abcd'), tooLong);
    const parts = new LineSplitter(3);
    split(parts, 'ab');
    assert.throws(() => split(parts, 'cd\n'), { name: 'RangeError' });
  });

  it('quotes only the start of a long line', () => {
    assert.throws(() => split(new LineSplitter(3), 'x'.repeat(1000)), { message: 'x'.repeat(100) });
  });
});
