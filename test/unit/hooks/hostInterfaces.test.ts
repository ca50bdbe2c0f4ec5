import assert from 'node:assert/strict';
import { hasInterface } from '../../../hooks/hostInterfaces.ts';

describe('interfaces of the host', () => {
  it('are found by their names', () => {
    assert.equal(hasInterface('lo'), true);
    assert.equal(hasInterface('nosuch0'), false);
  });

  it('are not the other entries of their directory', () => {
    for (const name of ['all', 'default', '.', '..']) assert.equal(hasInterface(name), false, name);
  });
});
