import assert from 'node:assert/strict';
import { field, invalidField, renameFields } from '../../../hooks/index.ts';

describe('fields in messages', () => {
  it('are marked, and readable where nobody replaces them', () => {
    assert.equal(`raise ${field('resources.memory')}`, 'raise `resources.memory`');
    assert.equal(field(`devices[${2}].path`), '`devices[2].path`');
    assert.equal(field('sysctls["net.ipv4.ip_forward"]'), '`sysctls["net.ipv4.ip_forward"]`');
  });

  it('are checked by the compiler', () => {
    // @ts-expect-error: no such field
    field('resources.memmory');
    // @ts-expect-error: an element has no such member
    field('devices[0].hosts');
    // @ts-expect-error: a list has no members by name
    field('devices["x"]');
  });

  it('are replaced where the surface knows them', () => {
    const names = new Map([['tty', '-t']]);
    const message = renameFields('`tty` needs a terminal; see `pouch ps -a`', (path) => names.get(path));
    assert.equal(message, '-t needs a terminal; see `pouch ps -a`');
  });

  it('are a detail of errors too', () => {
    const error = invalidField('network.ip', 'expected x, found y', 'do z');
    assert.equal(error.message, '`network.ip`: expected x, found y');
    assert.deepEqual([error.code, error.field, error.hint], ['PCH_OPTION_INVALID', 'network.ip', 'do z']);
  });
});
