import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import type { ProgressMessage } from '../../../../client/index.ts';
import { showProgress } from '../../../../cli/images/showProgress.ts';
import { liveProgress } from '../../../../cli/output/liveProgress.ts';
import { plainProgress } from '../../../../cli/output/plainProgress.ts';
import { progressLine } from '../../../../cli/output/progressLine.ts';

function fakeTty(rows: number, columns: number): NodeJS.WriteStream & PassThrough {
  return Object.assign(new PassThrough(), { isTTY: true, rows, columns }) as unknown as NodeJS.WriteStream &
    PassThrough;
}

const downloading = (id: string, current: number): ProgressMessage => ({
  id,
  status: 'Downloading',
  progressDetail: { current, total: 100_000_000 },
});

describe('a line of progress', () => {
  it('has a bar and sizes', () => {
    const line = progressLine(downloading('abc', 50_000_000), 80);
    assert.equal(line, 'abc: Downloading [========================>                       ]  50MB/100MB');
  });
  it('is never wider than the terminal', () => {
    for (const columns of [10, 30, 40, 60, 200]) {
      assert.ok(progressLine(downloading('abc', 1_234_567), columns).length <= columns);
    }
  });
  it('has no bar without a total, or before the first byte', () => {
    assert.equal(
      progressLine({ id: 'a', status: 'Extracting', progressDetail: { current: 1000 } }, 80),
      'a: Extracting 1kB',
    );
    assert.equal(progressLine({ id: 'a', status: 'Waiting', progressDetail: {} }, 80), 'a: Waiting');
  });
});

describe('progress in a log', () => {
  it('has a line per change of status', () => {
    const stream = new PassThrough();
    const view = plainProgress(stream);
    view.update({ status: 'Pulling from debian', id: 'latest' });
    for (const at of [1, 2, 3]) view.update(downloading('abc', at));
    view.update({ id: 'abc', status: 'Pull complete' });
    view.update({ status: 'Digest: sha256:0' });
    view.update({ stream: 'Loaded image: x\n' });
    view.end();
    assert.equal(
      String(stream.read()),
      'latest: Pulling from debian\nabc: Downloading\nabc: Pull complete\nDigest: sha256:0\nLoaded image: x\n',
    );
  });
});

describe('progress on a terminal', () => {
  it('shows the last state in place, messages without an id above it', () => {
    const stream = fakeTty(24, 80);
    const view = liveProgress(stream);
    view.update(downloading('a', 1));
    view.update({ id: 'b', status: 'Waiting' });
    view.update({ id: 'a', status: 'Pull complete' });
    view.update({ status: 'Digest: sha256:0' });
    view.end();
    assert.equal(String(stream.read()), '\r\u001b[JDigest: sha256:0\na: Pull complete\nb: Waiting\n');
  });

  it('moves up by the number of lines it has drawn', async () => {
    const stream = fakeTty(24, 80);
    const view = liveProgress(stream);
    view.update(downloading('a', 1));
    view.update(downloading('b', 1));
    await new Promise((resolve) => stream.once('readable', resolve));
    stream.read();
    view.update({ id: 'a', status: 'Pull complete' });
    view.end();
    assert.match(String(stream.read()), /^\u001b\[2A\r\u001b\[Ja: Pull complete\nb: Downloading /);
  });

  it('omits completed layers if the terminal is too small', () => {
    const stream = fakeTty(4, 80);
    const view = liveProgress(stream);
    for (const id of ['a', 'b', 'c']) view.update({ id, status: 'Pull complete' });
    for (const id of ['d', 'e']) view.update({ id, status: 'Waiting' });
    view.end();
    assert.equal(String(stream.read()), '\r\u001b[Jd: Waiting\ne: Waiting\n');
  });
});

describe('a progress stream', () => {
  async function* failing(): AsyncGenerator<ProgressMessage> {
    yield { status: 'Pulling' };
    yield {
      error: 'no space',
      errorDetail: { message: 'no space left', code: 'PCH_DISK_FULL', hint: 'make room' },
    };
  }

  it('throws the error in it, with code and hint', async () => {
    const stream = new PassThrough() as unknown as NodeJS.WriteStream;
    await assert.rejects(showProgress(failing(), { stream, quiet: true }), {
      message: 'no space left',
      code: 'PCH_DISK_FULL',
      hint: 'make room',
    });
  });
});
