import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import tar from 'tar-stream';
import type { BlockReader } from '../../../../cli/import/disk/BlockReader.ts';
import { diskFormat } from '../../../../cli/import/disk/diskFormat.ts';
import { findRoot } from '../../../../cli/import/disk/findRoot.ts';
import { readPartitions } from '../../../../cli/import/disk/partitions.ts';
import { endOfTar, padding, tarHeader } from '../../../../cli/import/disk/tarHeader.ts';
import { excluder } from '../../../../cli/import/sources/excluder.ts';

function diskOf(bytes: Buffer): BlockReader {
  return { size: bytes.length, read: async (at, length) => bytes.subarray(at, at + length) };
}

/** A partition table with entries of type, first sector and number of sectors. */
function table(...entries: [type: number, start: number, count: number][]): Buffer {
  const block = Buffer.alloc(512);
  for (const [i, [type, start, count]] of entries.entries()) {
    block[446 + 16 * i + 4] = type;
    block.writeUInt32LE(start, 446 + 16 * i + 8);
    block.writeUInt32LE(count, 446 + 16 * i + 12);
  }
  block.writeUInt16LE(0xaa55, 510);
  return block;
}

function withBlocks(sectors: number, blocks: Record<number, Buffer>): BlockReader {
  const bytes = Buffer.alloc(sectors * 512);
  for (const [at, block] of Object.entries(blocks)) block.copy(bytes, Number(at) * 512);
  return diskOf(bytes);
}

describe('partitions of a disk', () => {
  it('are those of an MBR, with logical ones, and none that is beyond the end', async () => {
    const disk = withBlocks(100, {
      0: table([0x83, 2, 10], [0x05, 20, 60], [0x83, 90, 50]),
      20: table([0x83, 1, 5], [0x05, 20, 20]),
      40: table([0x82, 2, 4]),
    });
    assert.deepEqual(await readPartitions(disk), [
      { number: 1, start: 1024, size: 5120 },
      { number: 5, start: 21 * 512, size: 5 * 512 },
      { number: 6, start: 42 * 512, size: 4 * 512 },
    ]);
  });

  it('end where a chain of logical ones goes back', async () => {
    const disk = withBlocks(100, { 0: table([0x05, 20, 60]), 20: table([0x83, 1, 5], [0x05, 0, 20]) });
    assert.equal((await readPartitions(disk))?.length, 1);
  });

  it('are those of a GPT', async () => {
    const header = Buffer.alloc(512);
    header.write('EFI PART');
    header.writeBigUInt64LE(2n, 72);
    header.writeUInt32LE(4, 80);
    header.writeUInt32LE(128, 84);
    const entries = Buffer.alloc(512, 0);
    entries[128] = 1;
    entries.writeBigUInt64LE(40n, 128 + 32);
    entries.writeBigUInt64LE(49n, 128 + 40);
    const disk = withBlocks(100, { 0: table([0xee, 1, 99]), 1: header, 2: entries });
    assert.deepEqual(await readPartitions(disk), [{ number: 2, start: 40 * 512, size: 10 * 512 }]);
  });

  it('are listed when none has a root, with what is in them', async () => {
    const lvm = Buffer.alloc(512);
    lvm.write('LABELONE');
    const disk = withBlocks(300, { 0: table([0x8e, 10, 100], [0x83, 200, 90]), 11: lvm });
    const code = 'PCH_OPTION_INVALID';
    const options = { partition: '7' };
    await assert.rejects(findRoot(disk, options), {
      code,
      message: /no partition "7".*\(50KiB\) has LVM, partition/,
    });
    await assert.rejects(findRoot(disk, { partition: '2' }), { code: 'PCH_NOT_SUPPORTED' });
  });

  it('are for libguestfs if they have LVM, xfs or btrfs, and none of ext has a root', async () => {
    const lvm = Buffer.alloc(512);
    lvm.write('LABELONE');
    const disk = withBlocks(300, { 0: table([0x8e, 10, 100], [0x83, 200, 90]), 11: lvm });
    const one = { found: 'partition 1 (50KiB) has LVM' };
    const both = { found: `${one.found}, partition 2 (45KiB) has unknown content` };
    assert.deepEqual(await findRoot(disk, {}), both);
    assert.deepEqual(await findRoot(disk, { partition: '1' }), one);
    assert.deepEqual(await findRoot(disk, { partition: 'vg/root' }), both);
    const xfs = withBlocks(10, { 0: Buffer.from('XFSB') });
    assert.deepEqual(await findRoot(xfs, {}), { found: 'the whole disk (5KiB) has xfs' });
    const luks = withBlocks(10, { 0: Buffer.from('LUKS\xba\xbe', 'latin1') });
    await assert.rejects(findRoot(luks, {}), { code: 'PCH_NOT_SUPPORTED', message: /it has LUKS/ });
    const code = 'PCH_OPTION_INVALID';
    await assert.rejects(findRoot(luks, { partition: 'vg/root' }), {
      code,
      message: /no LVM for "vg\/root"/,
    });
  });
});

describe('the format of a disk image', () => {
  const qcow = (version: number, backing: bigint, features = 0n) => {
    const head = Buffer.alloc(512);
    head.write('QFI\xfb', 'latin1');
    head.writeUInt32BE(version, 4);
    head.writeBigUInt64BE(backing, 8);
    head.writeBigUInt64BE(features, 72);
    return diskOf(head);
  };

  it('is known by its header, anything else is raw', async () => {
    assert.equal(await diskFormat(qcow(3, 0n)), 'qcow2');
    assert.equal(await diskFormat(diskOf(Buffer.alloc(512))), undefined);
  });

  it('is refused if it names other files', async () => {
    const code = 'PCH_NOT_SUPPORTED';
    await assert.rejects(diskFormat(qcow(2, 4096n)), { code, message: /a backing file/ });
    await assert.rejects(diskFormat(qcow(3, 0n, 4n)), { code, message: /an external data file/ });
    await assert.rejects(diskFormat(qcow(1, 0n)), { code });
    await assert.rejects(diskFormat(diskOf(Buffer.from('# Disk DescriptorFile\n'))), {
      code,
      message: /descriptor/,
    });
    const vmdk = Buffer.alloc(2048);
    vmdk.write('KDMV');
    await assert.rejects(diskFormat(diskOf(vmdk)), { code, message: /other extents/ });
    vmdk.writeBigUInt64LE(100n, 12);
    vmdk.writeBigUInt64LE(1n, 28);
    vmdk.writeBigUInt64LE(2n, 36);
    vmdk.write('createType="monolithicSparse"\nparentCID=ffffffff\n', 512);
    assert.equal(await diskFormat(diskOf(vmdk)), 'vmdk');
    vmdk.write('createType="monolithicSparse"\nparentCID=12345678\n', 512);
    await assert.rejects(diskFormat(diskOf(vmdk)), { code, message: /its parent/ });
  });
});

describe('a tar that is made of a disk', () => {
  it('has long names, large ids and binary attributes', async () => {
    const value = Buffer.from([1, 0, 0, 2, 255]);
    const common = { mode: 0o4755, uid: 1000, gid: 0, mtime: 100 };
    const name = `./${'d'.repeat(150)}/ä`;
    const header = tarHeader({
      ...common,
      name,
      type: '0',
      size: 3,
      attributes: new Map([['security.capability', value]]),
    });
    const link = tarHeader({ ...common, name: './l', type: '2', size: 0, link: 'x'.repeat(200) });
    assert.ok(header.includes(value));
    assert.ok(
      tarHeader({ ...common, uid: 3_000_000, name: './x', type: '5', size: 0 }).includes(' uid=3000000\n'),
    );
    const bytes = Buffer.concat([header, Buffer.from('abc'), padding(3), link, endOfTar]);
    const found: unknown[] = [];
    for await (const entry of Readable.from([bytes]).pipe(tar.extract())) {
      const { header: one } = entry;
      found.push([one.name, one.mode, one.uid, one.linkname?.length, await text(entry)]);
    }
    assert.deepEqual(found, [
      [name, 0o4755, 1000, undefined, 'abc'],
      ['./l', 0o4755, 1000, 200, ''],
    ]);
  });

  it('leaves out what patterns say, relative to the root or anywhere', () => {
    const skips = excluder(['/proc/*', '*.iso', '/srv/data/']);
    const left = [
      '/proc',
      '/proc/1',
      '/proc/1/x',
      '/a/proc/1',
      '/x/big.iso',
      '/srv/data',
      '/srv/data2',
    ].filter(skips);
    assert.deepEqual(left, ['/proc/1', '/x/big.iso', '/srv/data']);
  });
});
