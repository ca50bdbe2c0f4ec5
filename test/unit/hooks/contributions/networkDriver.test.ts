import assert from 'node:assert/strict';
import { contributionPoints } from '../../../../hooks/contributions/index.ts';
import { type NetworkDriver, Type } from '../../../../hooks/index.ts';

const { problem } = contributionPoints.networkDriver;
const driver = (fields: object = {}) => ({ name: 'lan', doc: 'x', ...fields }) as NetworkDriver;

describe('a network driver', () => {
  it('has any options, and may have no function', () => {
    assert.equal(problem?.(driver()), undefined);
    assert.equal(problem?.(driver({ namespace: 'host' })), undefined);
    const options = Type.Object({ vlans: Type.Array(Type.Integer()) });
    assert.equal(problem?.(driver({ options, ports: true, attach: () => ({}) })), undefined);
  });

  const refused = {
    'invalid name "Lan"': { name: 'Lan' },
    '`options` must be an object schema': { options: Type.String() },
    '`namespace` must be own or host': { namespace: 'mine' },
    '`ports` must be a boolean': { ports: 'all' },
    '`attach` needs a namespace': { namespace: 'host', attach: () => ({}) },
  };
  for (const [expected, fields] of Object.entries(refused))
    it(`${expected}: is refused`, () => {
      assert.ok(problem?.(driver(fields))?.startsWith(expected), problem?.(driver(fields)));
    });
});
