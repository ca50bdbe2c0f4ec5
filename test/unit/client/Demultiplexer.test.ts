import assert from 'node:assert/strict';
import { Demultiplexer } from '../../../client/Demultiplexer.ts';
import type { Frame } from '../../../client/Demultiplexer.ts';

function frame(stream: number, text: string): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt8(stream, 0);
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

function textOf(frames: Frame[], stream: string): string {
  return Buffer.concat(frames.filter((one) => one.stream === stream).map(({ data }) => data)).toString();
}

describe('demultiplexer', () => {
  const bytes = Buffer.concat([frame(1, 'out ü'), frame(2, 'err'), frame(1, ''), frame(1, 'more')]);

  it('splits the frames of one chunk', () => {
    const frames = new Demultiplexer().push(bytes);
    assert.deepEqual(
      frames.map(({ stream, data }) => [stream, data.toString()]),
      [
        ['stdout', 'out ü'],
        ['stderr', 'err'],
        ['stdout', 'more'],
      ],
    );
  });

  it('reads frames wherever chunks end', () => {
    for (let size = 1; size <= bytes.length; size++) {
      const demultiplexer = new Demultiplexer();
      const frames: Frame[] = [];
      for (let at = 0; at < bytes.length; at += size)
        frames.push(...demultiplexer.push(bytes.subarray(at, at + size)));
      assert.equal(textOf(frames, 'stdout'), 'out ümore', `chunks of ${size}`);
      assert.equal(textOf(frames, 'stderr'), 'err', `chunks of ${size}`);
    }
  });

  it('passes on a partial payload before the rest arrives', () => {
    const demultiplexer = new Demultiplexer();
    const [first] = demultiplexer.push(frame(1, 'prompt> ').subarray(0, 12));
    assert.equal(first?.data.toString(), 'prom');
  });

  it('rejects a stream without frames', () => {
    assert.throws(() => new Demultiplexer().push(Buffer.from('plain text')), /expected a frame header/);
  });
});
