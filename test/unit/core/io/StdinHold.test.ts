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

  it('keeps what a client wrote before the shim opened it, and its end until the shim has', async () => {
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

  it('shows the shim no end of input between two clients', async () => {
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

  it('that is closed ends the wait for a shim that never came', async () => {
    const ending = hold.endInput();
    await turn();
    hold.close();
    await ending;
    await hold.endInput();
  });
});
