import assert from 'node:assert/strict';
import { contributionPoints } from '../../../../hooks/contributions/index.ts';
import { type LogDriver, Type } from '../../../../hooks/index.ts';

const { problem } = contributionPoints.logDriver;
const driver = (fields: object) => ({ name: 'corp', doc: 'x', ...fields }) as LogDriver;

describe('a log driver', () => {
  it('may have options, and neither of its functions', () => {
    assert.equal(problem?.(driver({})), undefined);
    assert.equal(problem?.(driver({ options: Type.Object({ 'corp-url': Type.String() }) })), undefined);
    assert.equal(problem?.(driver({ keepsLog: false })), undefined);
    assert.equal(problem?.(driver({ defaults: { 'max-size': '1m' } })), undefined);
  });

  const refused = {
    'invalid name "Corp"': { name: 'Corp' },
    '`deadlineMs` must be': { deadlineMs: -1 },
    '`keepsLog` must be': { keepsLog: 'no' },
    '`write` needs the log': { keepsLog: false, write: () => undefined },
    '`options` must not have "max-size"': { options: Type.Object({ 'max-size': Type.String() }) },
    '`defaults` must have texts': { defaults: { 'max-sise': '1m' } },
    '`options.list` must be': { options: Type.Object({ list: Type.Array(Type.String()) }) },
  };
  for (const [expected, fields] of Object.entries(refused))
    it(`${expected}: is refused`, () => {
      assert.ok(problem?.(driver(fields))?.startsWith(expected), problem?.(driver(fields)));
    });
});
