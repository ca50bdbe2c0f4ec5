import { deepEqual, equal } from 'node:assert/strict';
import { bindAttributes, ms, parseMountOptions } from '../../../../runlxc/translate/mountOptions.ts';

describe('mount options', () => {
  it('become flags, and others are passed to the file system', () => {
    const { flags, data } = parseMountOptions(['nosuid', 'noexec', 'size=64k', 'ro', 'mode=755']);
    equal(flags, ms.nosuid | ms.noexec | ms.rdonly);
    equal(data, 'size=64k,mode=755');
  });

  it('are overridden by a later contrary option', () => {
    const { flags, cleared } = parseMountOptions(['ro', 'rw', 'exec', 'noexec']);
    equal(flags, ms.noexec);
    equal(cleared, ms.rdonly);
  });

  it('of propagation are separate', () => {
    equal(parseMountOptions(['rbind', 'rslave']).propagation, ms.slave | ms.rec);
  });

  it('clear flags of a bind mount’s source', () => {
    deepEqual(bindAttributes(parseMountOptions(['bind', 'exec', 'nodev'])), { set: 4, clear: 8 });
  });

  it('of access times exclude each other', () => {
    deepEqual(bindAttributes(parseMountOptions(['noatime'])), { set: 0x10, clear: 0x70 });
    deepEqual(bindAttributes(parseMountOptions(['strictatime'])), { set: 0x20, clear: 0x70 });
    deepEqual(bindAttributes(parseMountOptions(['relatime'])), { set: 0, clear: 0x70 });
  });

  it('for a whole tree are separate from those of its top', () => {
    const options = parseMountOptions(['rbind', 'rro', 'rnosuid', 'rexec']);
    equal(options.flags & ms.rdonly, 0);
    deepEqual(options.recursive, { set: 3, clear: 8 });
  });

  it('include copying and mapping', () => {
    equal(parseMountOptions(['tmpcopyup']).copiesUp, true);
    equal(parseMountOptions(['ridmap']).idmap, 'recursive');
  });
});
