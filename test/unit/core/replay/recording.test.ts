import assert from 'node:assert/strict';
import { parseRecording } from '../../../../core/replay/recording.ts';

describe('the file of a recording', () => {
  const cases: [what: string, content: string, message: RegExp][] = [
    ['no JSON', 'recording: 1', /r\.json is not a recording of a plan: expected JSON/],
    ['another file', '{"name":"pouch"}', /not a recording of a plan: recording: expected/],
    ['an empty value', 'null', /not a recording of a plan/],
    ['a version of a newer Pouch', '{"recording":2}', /expected at most 1, found 2 of a newer Pouch/],
  ];
  for (const [what, content, message] of cases)
    it(`is refused with ${what}`, () =>
      assert.throws(() => parseRecording(content, 'r.json'), { code: 'PCH_RECORDING_INVALID', message }));
});
