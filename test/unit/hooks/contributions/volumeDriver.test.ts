import assert from 'node:assert/strict';
import { contributionPoints } from '../../../../hooks/contributions/index.ts';
import { Type, type VolumeDriver } from '../../../../hooks/index.ts';

const { problem } = contributionPoints.volumeDriver;
const driver = (fields: object) => ({ name: 'ram', doc: 'x', ...fields }) as VolumeDriver;

describe('a volume driver', () => {
  it('has options of text, numbers and booleans', () => {
    const options = Type.Object({
      size: Type.String(),
      count: Type.Optional(Type.Integer()),
      share: Type.Number(),
      lazy: Type.Boolean(),
      mode: Type.Union([Type.Literal('ro'), Type.Literal('rw')]),
    });
    assert.equal(problem?.(driver({ options })), undefined);
    assert.equal(
      problem?.(driver({ options: { type: 'object', properties: { a: { enum: ['b'] } } } })),
      undefined,
    );
  });

  const refused = {
    'invalid name "Ram"': { name: 'Ram' },
    'invalid name "../x"': { name: '../x' },
    '`create` needs `remove`': { create: () => undefined },
    '`deadlineMs` must be': { deadlineMs: 0.5 },
    '`options` must be an object schema': { options: Type.String() },
    '`options.list` must be': { options: Type.Object({ list: Type.Array(Type.String()) }) },
  };
  for (const [expected, fields] of Object.entries(refused))
    it(`${expected}: is refused`, () => {
      assert.ok(problem?.(driver(fields))?.startsWith(expected), problem?.(driver(fields)));
    });
});
