import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { isExact, tarPattern } from '../../../../cli/import/guestfs/guestExcludes.ts';
import { guestfishErrors } from '../../../../cli/import/guestfs/guestfishErrors.ts';
import { guestfishLine } from '../../../../cli/import/guestfs/guestfishLine.ts';
import {
  nameOf,
  parseFileSystems,
  parseLogicalVolumes,
  parseSubvolumes,
} from '../../../../cli/import/guestfs/guestfishOutput.ts';
import { whileProgressing } from '../../../../cli/import/guestfs/whileProgressing.ts';

describe('what guestfish prints', () => {
  it('has file systems of partitions, volumes and the whole disk', () => {
    const found = parseFileSystems([
      '/dev/sda1: ext4',
      'btrfsvol:/dev/sda2/@: btrfs',
      '/dev/vg-a/root_x: xfs',
      '/dev/sda: xfs',
      '/dev/../etc: xfs',
      '/dev/vg/a b: xfs',
      'nonsense',
    ]);
    assert.deepEqual(found, [
      { device: '/dev/sda1', type: 'ext4' },
      { device: '/dev/vg-a/root_x', type: 'xfs' },
      { device: '/dev/sda', type: 'xfs' },
    ]);
    assert.deepEqual(found.map(nameOf), ['1', 'vg-a/root_x', undefined]);
  });

  it('has logical volumes', () => {
    assert.deepEqual(parseLogicalVolumes(['/dev/vg/a', '/dev/sda1', 'x', '/dev/vg/b|c']), ['/dev/vg/a']);
  });

  it('has subvolumes, whose names may be anything', () => {
    const lines = (id: number, path: string) => [
      `[${id}] = {`,
      `  btrfssubvolume_id: ${id}`,
      '  btrfssubvolume_top_level_id: 5',
      `  btrfssubvolume_path: ${path}`,
      '}',
    ];
    assert.deepEqual(parseSubvolumes([...lines(256, '@'), ...lines(257, 'sp ace"\''), ...lines(258, '')]), [
      { id: '256', path: '@' },
      { id: '257', path: 'sp ace"\'' },
    ]);
  });

  it('of an error is kept without the advice', async () => {
    const stderr = new PassThrough();
    const errors = guestfishErrors(stderr);
    stderr.write('*stdin*:1: libguestfs: error: qemu killed by sig');
    stderr.write('nal 6.\nTo see full error messages you may need to enable debugging.\n');
    stderr.end('*stdin*:1: libguestfs: error: guestfs_launch failed.\n');
    await new Promise((done) => setImmediate(done));
    assert.deepEqual(errors(), ['qemu killed by signal 6.']);
  });
});

describe('a command for guestfish', () => {
  it('quotes every character with a meaning', () => {
    assert.equal(guestfishLine(['-is-dir', '/etc']), '-is-dir "/etc"');
    assert.equal(
      guestfishLine(['tar-out', '/', `a "b'|!~\n\\ä$(x)`]),
      'tar-out "/" "a\\x20\\x22b\\x27\\x7c\\x21\\x7e\\x0a\\x5c\\xc3\\xa4\\x24\\x28x\\x29"',
    );
    assert.throws(() => guestfishLine(['!sh']), TypeError);
  });

  it('has patterns of tar, which begin at ./ and have no quotes', () => {
    assert.equal(tarPattern('/proc/*'), './proc/*');
    assert.equal(tarPattern("/srv/it's [/"), './srv/it[!/]s[!/][!/]');
    assert.equal(tarPattern('*.iso'), '*.iso');
    const exact = ['/proc/*', '/srv/data', '*.iso', '/a/b/', '/a?b'].map(isExact);
    assert.deepEqual(exact, [true, true, true, true, true]);
    assert.deepEqual(['/srv/*.iso', '/home/*/x', 'a/*.o'].map(isExact), [false, false, false]);
  });
});

describe('a work with progress', () => {
  it('may take long, and ends without it', async () => {
    let bytes = 0;
    const timer = setInterval(() => (bytes += 1), 5);
    const options = { idleMs: 60, progress: () => bytes, isWaiting: () => true };
    await whileProgressing(new Promise((done) => setTimeout(done, 150)), options);
    clearInterval(timer);
    const code = 'PCH_IMPORT_FAILED';
    await assert.rejects(whileProgressing(new Promise(() => {}), options), { code, message: /no progress/ });
    const slowReader = { ...options, isWaiting: () => false };
    await whileProgressing(new Promise((done) => setTimeout(done, 150)), slowReader);
  });
});
