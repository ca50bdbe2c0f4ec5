import assert from 'node:assert/strict';
import { closeSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { makeFifo } from '../../../../core/io/fifo/makeFifo.ts';
import { openReadEnd, openWriteEnd } from '../../../../core/io/fifo/open.ts';
import { StdinHold } from '../../../../core/io/StdinHold.ts';
import { temporaryDirectory } from './helpers.ts';

describe('a held stdin FIFO', () => {
  const directory = temporaryDirectory();
  let count = 0;
  let path = '';
  let hold: StdinHold;

  beforeEach(() => {
    path = join(directory, `stdin${(count += 1)}`);
    makeFifo(path);
    hold = new StdinHold(path);
  });
  afterEach(() => hold.close());

  function read(fd: number): string {
    const buffer = Buffer.alloc(100);
    return buffer.toString('utf8', 0, readSync(fd, buffer));
  }

  it('keeps the data and the end of a client until the shim has opened the FIFO', async () => {
    const client = openWriteEnd(path);
    writeSync(client, 'early');
    closeSync(client);
    let ended = false;
    const ending = hold.endInput().then(() => (ended = true));
    await turn();
    assert.equal(ended, false, 'nobody has opened it yet');
    const shim = openReadEnd(path);
    await ending;
    assert.equal(read(shim), 'early');
    assert.equal(read(shim), '', 'the end of the input');
    closeSync(shim);
  });

  it('does not end between two clients', async () => {
    const shim = openReadEnd(path);
    for (const text of ['first', 'second']) {
      const client = openWriteEnd(path);
      writeSync(client, text);
      closeSync(client);
      assert.equal(read(shim), text);
      assert.throws(() => read(shim), { code: 'EAGAIN' });
    }
    await hold.endInput();
    assert.equal(read(shim), '');
    closeSync(shim);
  });

  it('stops waiting for a shim when it is closed', async () => {
    const ending = hold.endInput();
    await turn();
    hold.close();
    await ending;
    await hold.endInput();
  });
});
