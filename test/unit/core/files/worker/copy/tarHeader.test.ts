import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  decodeBlock,
  encodeEntry,
  parseRecords,
  type TarEntry,
  withRecords,
} from '../../../../../../core/files/worker/copy/tarHeader.ts';

const plain: TarEntry = {
  name: 'dir/file',
  type: '0',
  mode: 0o4755,
  uid: 1000,
  gid: 33,
  size: 0,
  mtime: 1_700_000_000,
  linkname: '',
  devmajor: 0,
  devminor: 0,
  xattrs: {},
};

describe('tar headers of copies', () => {
  const entries: Record<string, Partial<TarEntry>> = {
    'a plain file': {},
    'a link': { type: '2', linkname: '../elsewhere' },
    'a long name': { name: `${'d/'.repeat(200)}file` },
    'a name that is not ASCII': { name: Buffer.from('dir/ä').toString('latin1') },
    'a name that is not UTF-8': { name: 'dir/\xff\xfe' },
    'a long link': { type: '2', linkname: 'x'.repeat(1000) },
    'a large id': { uid: 4_000_000_000, gid: 3_000_000 },
    'a large file': { size: 2 ** 35 },
    'a time before 1970': { mtime: -86_400 },
    'file capabilities': { xattrs: { 'security.capability': '\x01\x00\x00\x02\xff\n=\x00' } },
  };
  for (const [what, change] of Object.entries(entries))
    it(`keep ${what}`, () => {
      const entry = { ...plain, ...change };
      assert.deepEqual(decoded(encodeEntry(entry)), entry);
    });

  it('are read by GNU tar', () => {
    const entry = { ...plain, name: `${'d/'.repeat(80)}ä`, type: '5' };
    const archive = Buffer.concat([
      encodeEntry({ ...entry, name: Buffer.from(entry.name).toString('latin1') }),
      Buffer.alloc(1024),
    ]);
    const listed = execFileSync('tar', ['--quoting-style=literal', '-tf', '-'], {
      input: archive,
      env: { LC_ALL: 'C.UTF-8', PATH: process.env['PATH'] },
    });
    assert.equal(listed.toString().trim().replace(/\/$/, ''), entry.name);
  });

  it('refuse other blocks, and records whose length is wrong', () => {
    assert.throws(() => decodeBlock(Buffer.alloc(512, 7)), /invalid tar header/);
    assert.equal(decodeBlock(Buffer.alloc(512)), undefined);
    for (const records of ['5 a=b\n', 'x', '99 path=x\n', '0 a=b\n'])
      assert.throws(() => parseRecords(Buffer.from(records)), /invalid extended header/);
  });

  it('refuse sparse files, whose holes would be lost', () =>
    assert.throws(() => withRecords(plain, new Map([['GNU.sparse.major', '1']])), /sparse/));
});

function decoded(header: Buffer): TarEntry | undefined {
  const first = decodeBlock(header.subarray(0, 512));
  if (first?.type !== 'x') return first;
  const records = parseRecords(header.subarray(512, 512 + first.size));
  return withRecords(decodeBlock(header.subarray(-512))!, records);
}
