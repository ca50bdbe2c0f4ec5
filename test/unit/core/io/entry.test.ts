import assert from 'node:assert/strict';
import { timestamp } from '../../../../core/io/log/clock.ts';
import { decodeEntry, decodeLines, encodeEntry, unixSeconds } from '../../../../core/io/log/entry.ts';

const time = '2026-01-02T03:04:05.123456789Z';

describe('a log entry', () => {
  it('is a line of JSON in Docker’s format', () => {
    const line = encodeEntry('stdout', Buffer.from('tab\t"quote" é\n'), time);
    assert.equal(line, `{"log":"tab\\t\\"quote\\" é\\n","stream":"stdout","time":"${time}"}\n`);
  });

  it('is decoded to what was encoded', () => {
    const data = Buffer.from('\u0000\u001b[31mred\u2028\n');
    assert.deepEqual(decodeEntry(encodeEntry('stderr', data, time).trimEnd()), {
      stream: 'stderr',
      time,
      data,
    });
  });

  it('has U+FFFD for bytes that are not text', () => {
    const entry = decodeEntry(encodeEntry('stdout', Buffer.from([0xff, 0x61]), time).trimEnd());
    assert.equal(entry?.data.toString(), '\ufffda');
  });

  const damaged = [
    '',
    '{"log":"half',
    'null',
    '[]',
    '{"log":1,"stream":"stdout","time":"2026-01-02T03:04:05Z"}',
    '{"log":"x","stream":"stdin","time":"2026-01-02T03:04:05Z"}',
    '{"log":"x","stream":"stdout","time":"yesterday"}',
    '{"log":"x","stream":"stdout"}',
  ];
  for (const line of damaged) {
    it(`is not found in ${JSON.stringify(line)}`, () => assert.equal(decodeEntry(line), undefined));
  }

  it('has its time in seconds with the fraction', () => {
    assert.ok(Math.abs(unixSeconds(time) - 1767323045.123456789) < 1e-6);
    assert.equal(unixSeconds('2026-01-02T03:04:05Z'), 1767323045);
    assert.equal(unixSeconds('2026-01-02T04:04:05.5+01:00'), 1767323045.5);
  });
});

describe('timestamp', () => {
  it('is the time of the system clock with nanoseconds', () => {
    const before = Date.now();
    const stamp = timestamp();
    const after = Date.now();
    assert.match(stamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
    const ms = unixSeconds(stamp) * 1000;
    assert.ok(before - 3 < ms && ms < after + 3, `${before} < ${stamp} < ${after}`);
  });

  it('never decreases', () => {
    const stamps = Array.from({ length: 10_000 }, timestamp);
    assert.deepEqual(stamps, [...stamps].sort());
  });
});

describe('the lines of a log', () => {
  const time = '2026-11-29T03:00:00.123456789Z';
  const line = (log: string, rest = `"stream":"stdout","time":"${time}"}`) => `{"log":"${log}",${rest}`;
  const lines = [
    line('plain\\n'),
    line('without a line feed'),
    line('', `"stream":"stderr","time":"${time}"}`),
    line('\\n'),
    line('größe 日本 🎉\\n'),
    line('a \\"quote\\", a \\\\ and \\t \\u0000\\n'),
    line('ends with a backslash \\\\\\n'),
    line('two\\nlines\\n'),
    line('x', `"stream":"stdout","time":"2026-11-29T03:00:00+01:00"}`),
    // Damaged: what a crash leaves.
    line('x', `"stream":"stdin","time":"${time}"}`),
    line('x', '"stream":"stdout","time":"today"}'),
    line('x', '"stream":"stdout","time":"2026-13-29T03:00:00Z"}'),
    line('x', `"stream":"stdout","time":"${time}"`),
    line('a \t tab'),
    '\0'.repeat(100),
    '{"log":"cut o',
    '{"log":"',
    '',
    'null',
    // In another order, and with more.
    `{"stream":"stdout","time":"${time}","log":"x","attrs":{"a":"b"}}`,
    line('x', `"stream":"stdout","time":"${time}","attrs":{"a":"b"}}`),
  ];

  for (const text of lines)
    it(`are decoded as JSON.parse does: ${text.slice(0, 70).replaceAll('\0', '0')}`, () => {
      const expected = decodeEntry(text);
      const found = decodeLines(Buffer.from(`${text}\n`));
      assert.deepEqual(found.map(plain), expected ? [plain(expected)] : []);
    });

  it('are decoded one after another', () => {
    const expected = lines.map(decodeEntry).filter((entry) => entry !== undefined);
    assert.deepEqual(decodeLines(Buffer.from(`${lines.join('\n')}\n`)).map(plain), expected.map(plain));
    assert.deepEqual(decodeLines(Buffer.alloc(0)), []);
  });

  function plain({ stream, time, data }: NonNullable<ReturnType<typeof decodeEntry>>) {
    return { stream, time, text: data.toString() };
  }
});
