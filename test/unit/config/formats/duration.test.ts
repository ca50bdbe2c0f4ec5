import assert from 'node:assert/strict';
import { duration, writeDuration } from '../../../../config/formats/index.ts';
import { decode } from './decode.ts';

describe('a duration', () => {
  const good: Record<string, number> = {
    '0': 0,
    '0s': 0,
    '1ms': 1,
    '250ms': 250,
    '5s': 5000,
    '90s': 90_000,
    '1m30s': 90_000,
    '1m30s250ms': 90_250,
    '1.5s': 1500,
    '0.001s': 1,
    '1.5h': 5_400_000,
    '2h': 7_200_000,
    '1d': 86_400_000,
    '1d2h3m4s5ms': 93_784_005,
    '24d': 2_073_600_000,
  };
  for (const [text, milliseconds] of Object.entries(good)) {
    it(`${text} is ${milliseconds} ms`, () => {
      assert.deepEqual(decode(duration(), text), { value: milliseconds, issues: [] });
    });
  }

  const bad: Record<string, string | undefined> = {
    '': undefined,
    '5': 'add the unit: 5s for seconds, 5ms for milliseconds',
    '1.5': 'add the unit: 1.5s for seconds, 1.5ms for milliseconds',
    '-5s': undefined,
    '5 s': undefined,
    '5S': undefined,
    '30s1m': undefined,
    '5s5s': undefined,
    '1.5ms': undefined,
    '.5s': undefined,
    '5.s': undefined,
    '1e3s': undefined,
    '5sec': undefined,
    ms: undefined,
    '0.0005s': 'whole milliseconds only',
    '25d': 'at most 24d',
    '99999999999999999999s': 'at most 24d',
    [`${'9'.repeat(400)}s`]: 'at most 24d',
    [`${'9'.repeat(5000)}s`]: undefined,
  };
  for (const [text, hint] of Object.entries(bad)) {
    it(`${JSON.stringify(text.slice(0, 30))} is rejected`, () => {
      const { value, issues } = decode(duration(), text);
      assert.equal(value, undefined);
      assert.deepEqual(
        issues.map((issue) => [issue.expected, issue.hint]),
        [['a duration such as 5s, 1m30s or 250ms', hint]],
      );
    });
  }

  it('below its minimum is rejected with the minimum', () => {
    const [issue] = decode(duration({ min: 100 }), '50ms').issues;
    assert.equal(issue?.expected, 'a duration from 100ms such as 5s, 1m30s or 250ms');
    assert.equal(issue?.hint, 'at least 100ms');
    assert.equal(decode(duration({ min: 100 }), '0').issues.length, 1);
  });

  it('is not a list, a map or nothing', () => {
    for (const raw of [[], new Map(), null]) assert.equal(decode(duration(), raw).issues.length, 1);
  });

  it('is formatted in its shortest form, which decodes to the same value', () => {
    const written: Record<number, string> = {
      0: '0',
      1: '1ms',
      1500: '1s500ms',
      90_000: '1m30s',
      93_784_005: '1d2h3m4s5ms',
    };
    for (const [milliseconds, text] of Object.entries(written)) {
      assert.equal(writeDuration(Number(milliseconds)), text);
      assert.equal(decode(duration(), text).value, Number(milliseconds));
    }
  });
});
