import assert from 'node:assert/strict';
import { contributionPoints } from '../../../../hooks/contributions/index.ts';
import type { Page } from '../../../../hooks/index.ts';

const { problem, names } = contributionPoints.page;
const page = (fields: object) =>
  ({ name: 'users', title: 'Users', doc: 'x', render: () => ({ blocks: [] }), ...fields }) as Page;

describe('a console page', () => {
  it('is named within its plugin', () => {
    assert.equal(problem?.(page({ listed: false, deadlineMs: 10_000 })), undefined);
    assert.deepEqual(names(page({}), 'ldap'), ['ldap/users']);
  });

  const refused = {
    'invalid name "Users"': { name: 'Users' },
    'invalid name "../x"': { name: '../x' },
    '`title` must have': { title: '' },
    '`listed` must be': { listed: 'no' },
    '`deadlineMs` must be an integer from 1 to 10000': { deadlineMs: 10_001 },
  };
  for (const [expected, fields] of Object.entries(refused))
    it(`${expected}: is refused`, () => {
      assert.ok(problem?.(page(fields))?.startsWith(expected), problem?.(page(fields)));
    });
});
