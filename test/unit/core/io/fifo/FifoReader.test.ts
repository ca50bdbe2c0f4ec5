import assert from 'node:assert/strict';
import { constants, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FifoReader } from '../../../../../core/io/fifo/FifoReader.ts';
import { makeFifo } from '../../../../../core/io/fifo/makeFifo.ts';

describe('FifoReader', () => {
  it('drains as much as is wanted of a FIFO that is written to without end', () => {
    const directory = mkdtempSync(join(tmpdir(), 'pouch-fifo-'));
    const path = join(directory, 'fifo');
    makeFifo(path);
    const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    let read = 0;
    const reader = new FifoReader(fd, {
      data: (chunk) => {
        read += chunk.length;
        assert.ok(read < 1000, 'it does not end');
        writeSync(fd, 'more');
      },
      end: () => undefined,
    });
    writeSync(fd, 'first');
    assert.equal(reader.drain(50), false);
    assert.ok(read >= 50 && read < 60, String(read));
    reader.close();
    rmSync(directory, { recursive: true });
  });
});
