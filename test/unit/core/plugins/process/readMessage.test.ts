import assert from 'node:assert/strict';
import { readMessage } from '../../../../../core/plugins/process/readMessage.ts';

const read = (text: string) => readMessage(Buffer.from(text));

describe('readMessage', () => {
  it('takes replies, calls and lines for the log', () => {
    for (const message of [
      { type: 'reply', id: 1 },
      { type: 'reply', id: 1, patch: [{ op: 'add', path: '/labels/a', value: null }] },
      { type: 'reply', id: 1, result: 'crun' },
      { type: 'reply', id: 1, error: { message: 'no', field: 'labels' } },
      { type: 'call', id: 1, hook: 2, method: 'image.stat', args: ['/init'] },
      { type: 'log', level: 'info', message: 'hello', fields: { a: 1 } },
    ])
      assert.deepEqual(read(JSON.stringify(message)), message);
  });

  const bad: [string, RegExp][] = [
    ['hello', /it is not JSON\): "hello"$/],
    ['{"type":"reply"', /it is not JSON/],
    ['null', /`type` must be one of reply, call, abort, drop, log/],
    ['[]', /`type` must be one of/],
    ['{"type":"hook","id":1}', /`type` must be one of/],
    ['{"type":"reply","id":"1"}', /id: Expected integer/],
    ['{"type":"reply","id":1,"pacth":[]}', /pacth: Unexpected property/],
    ['{"type":"reply","id":1,"patch":[{"op":"ad","path":"/a"}]}', /patch\.0\.op/],
    [
      '{"type":"reply","id":1,"manifest":{"protocol":2,"name":"a","hooks":[]}}',
      /manifest\.protocol: Expected 1/,
    ],
    [
      '{"type":"log","level":"loud","message":""}',
      /level: expected one of debug, info, warn, error, found "loud"/,
    ],
  ];
  for (const [text, message] of bad)
    it(`refuses ${text}`, () => {
      assert.throws(() => read(text), { code: 'PCH_PLUGIN_PROTOCOL', message });
    });

  it('shows only the start of a long line', () => {
    assert.throws(
      () => read('x'.repeat(5000)),
      (error: Error) => error.message.length < 250,
    );
  });
});
