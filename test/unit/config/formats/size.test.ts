import assert from 'node:assert/strict';
import { size, writeSize } from '../../../../config/formats/index.ts';
import { decode } from './decode.ts';

describe('a size', () => {
  const good: Record<string, number> = {
    '0': 0,
    '1': 1,
    '65536': 65_536,
    '12b': 12,
    '1k': 1024,
    '1K': 1024,
    '64m': 67_108_864,
    '64mb': 67_108_864,
    '64MiB': 67_108_864,
    '1.5g': 1_610_612_736,
    '0.5k': 512,
    '0.1k': 102,
    '2t': 2_199_023_255_552,
    '7p': 7_881_299_347_898_368,
    '9007199254740991': Number.MAX_SAFE_INTEGER,
  };
  for (const [text, bytes] of Object.entries(good)) {
    it(`${text} is ${bytes} bytes`, () => {
      assert.deepEqual(decode(size(), text), { value: bytes, issues: [] });
    });
  }

  const tooLarge = 'at most 9007199254740991 bytes (just under 8p)';
  const bad: Record<string, string | undefined> = {
    '': undefined,
    '-1': undefined,
    '64 m': undefined,
    '64x': undefined,
    m: undefined,
    '.5m': undefined,
    '1.m': undefined,
    '1e3': undefined,
    '0x10': undefined,
    '64ib': undefined,
    '1.5': 'whole bytes only',
    '1.5b': 'whole bytes only',
    '8p': tooLarge,
    '9007199254740992': tooLarge,
    [`${'9'.repeat(400)}g`]: tooLarge,
  };
  for (const [text, hint] of Object.entries(bad)) {
    it(`${JSON.stringify(text.slice(0, 30))} is rejected`, () => {
      const { value, issues } = decode(size(), text);
      assert.equal(value, undefined);
      assert.deepEqual(
        issues.map((issue) => [issue.expected, issue.hint]),
        [['a size such as 64m, 1.5g or 65536 (bytes)', hint]],
      );
    });
  }

  it('below its minimum is rejected, and 0 unless it has a meaning', () => {
    assert.equal(decode(size({ min: 4096 }), '4095').issues[0]?.hint, 'at least 4k');
    assert.equal(decode(size({ min: 4096 }), '0').issues[0]?.hint, 'at least 4k');
    assert.deepEqual(decode(size({ min: 4096, zero: 'no limit' }), '0'), { value: 0, issues: [] });
    assert.match(size({ min: 4096, zero: 'no limit' }).expected, /, or 0 for no limit$/);
  });

  it('is formatted in its shortest exact form, which decodes to the same value', () => {
    const written: Record<number, string> = {
      0: '0',
      1: '1',
      1023: '1023',
      1024: '1k',
      67_108_864: '64m',
      1536: '1536',
    };
    for (const [bytes, text] of Object.entries(written)) {
      assert.equal(writeSize(Number(bytes)), text);
      assert.equal(decode(size(), text).value, Number(bytes));
    }
  });
});
