import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import tar from 'tar-stream';
import { filterTar } from '../../../../../core/images/import/filterTar.ts';
import { ImportReport } from '../../../../../core/images/import/ImportReport.ts';
import { type RootfsEntry, rootfsTar } from '../../../../support/rootfsTar.ts';

/** Chunks of odd sizes, as from a pipe. */
function* pieces(bytes: Buffer, size = 700): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function filtered(bytes: Buffer): Promise<{ out: Buffer; report: ImportReport }> {
  const report = new ImportReport();
  const out = await buffer(Readable.from(filterTar(Readable.from(pieces(bytes)), report)));
  return { out, report };
}

async function filteredEntries(entries: readonly RootfsEntry[]) {
  return filtered(await rootfsTar(entries));
}

async function namesIn(bytes: Buffer): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of Readable.from([bytes]).pipe(tar.extract())) {
    names.push(entry.header.name);
    await text(entry);
  }
  return names;
}

describe('the tar of a root file system', () => {
  it('stays byte for byte as it is if an image can have all of it', async () => {
    const long = `usr/${'d'.repeat(120)}/${'f'.repeat(120)}`;
    const bytes = await rootfsTar([
      { name: './', type: 'directory' },
      { name: 'etc/os-release', content: 'ID=debian\n' },
      { name: long, content: 'x'.repeat(5000), pax: { 'SCHILY.xattr.user.a': 'b' } },
      { name: 'bin', type: 'symlink', linkname: '/usr/../../bin' },
      { name: 'etc/copy', type: 'link', linkname: '/etc/os-release' },
      { name: 'run/initctl', type: 'fifo' },
    ]);
    const { out, report } = await filtered(bytes);
    assert.deepEqual(out, bytes);
    assert.equal(report.entries, 6);
    assert.equal(report.bytes, 5010);
    assert.deepEqual(report.lines(), []);
  });

  it('loses its device nodes, links to them, and names that would delete files', async () => {
    const { out, report } = await filteredEntries([
      { name: 'dev/sda', type: 'block-device', devmajor: 8 },
      { name: './dev/null', type: 'character-device', devmajor: 1, devminor: 3 },
      { name: 'dev/void', type: 'link', linkname: 'dev/null' },
      { name: 'etc/.wh.passwd', content: '' },
      { name: 'etc/passwd', content: 'root' },
    ]);
    assert.deepEqual(await namesIn(out), ['etc/passwd']);
    assert.deepEqual(report.lines(), [
      'left out 3 device nodes (containers get their own): /dev/sda, /dev/null, /dev/void',
      'left out 1 file with a name that marks deletions in layers (.wh.*): /etc/.wh.passwd',
    ]);
  });

  it('keeps files with rights, which the report names, twenty at most', async () => {
    const many = Array.from({ length: 22 }, (_, i) => ({ name: `bin/${i}`, mode: 0o4755, content: '' }));
    const ping = { name: 'bin/ping', content: 'x', pax: { 'SCHILY.xattr.security.capability': 'v2' } };
    const { report } = await filteredEntries([...many, ping]);
    const [setuid, capabilities] = report.lines();
    assert.match(setuid!, /^kept 22 setuid or setgid files: \/bin\/0, .*\/bin\/19, …$/);
    assert.equal(capabilities, 'kept 1 file with capabilities: /bin/ping');
  });

  it('knows sparse files of GNU tar by their name and their size with holes', async () => {
    const pax = { 'GNU.sparse.major': '1', 'GNU.sparse.name': 'var/lastlog', 'GNU.sparse.realsize': '9000' };
    const { report } = await filteredEntries([{ name: 'GNUSparseFile.0/lastlog', content: 'x', pax }]);
    assert.equal(report.bytes, 9000);
    const outside = { ...pax, 'GNU.sparse.name': '../x' };
    await assert.rejects(filteredEntries([{ name: 'a', content: 'x', pax: outside }]), /leaves the root/);
  });

  const refused: [string, RootfsEntry[], object][] = [
    ['a name outside', [{ name: 'a/../../x', content: '' }], { code: 'PCH_IMPORT_INVALID' }],
    [
      'a hard link to outside',
      [{ name: 'a', type: 'link', linkname: '../x' }],
      { code: 'PCH_IMPORT_INVALID' },
    ],
    ['no entry', [], { message: /no entries/ }],
    ['a long name', [{ name: `a/${'b'.repeat(300)}`, content: '' }], { code: 'PCH_IMPORT_TOO_LARGE' }],
    ['a deep directory', [{ name: 'a/'.repeat(600), type: 'directory' }], { code: 'PCH_IMPORT_TOO_LARGE' }],
    [
      'more data than a disk has',
      [{ name: 'a', content: 'x', pax: { 'GNU.sparse.realsize': '2000000000000' } }],
      { code: 'PCH_IMPORT_TOO_LARGE', message: /"a" \(2000000000000 bytes\)/ },
    ],
  ];
  for (const [what, entries, error] of refused)
    it(`is refused with ${what}`, () => assert.rejects(filteredEntries(entries), error));

  it('is refused when it is cut off or something else, wherever that is', async () => {
    const whole = await rootfsTar([
      { name: 'a', content: 'x'.repeat(2000) },
      { name: 'b', content: 'y' },
    ]);
    for (const length of [0, 100, 512, 1000, 2560, 3000, whole.length - 1024])
      await assert.rejects(filtered(whole.subarray(0, length)), { code: 'PCH_IMPORT_INVALID' });
    await assert.rejects(filtered(Buffer.alloc(4096, 'text ')), /found other bytes/);
    const huge = Buffer.concat([whole, Buffer.alloc(17 << 20)]);
    await assert.rejects(filtered(huge), /other data follows/);
  });
});
