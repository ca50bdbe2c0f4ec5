import type { Readable } from 'node:stream';
import { Demultiplexer } from '../../client/index.ts';
import type { Frame } from '../../client/index.ts';
import type { Terminal } from '../Session.ts';
import { write } from './write.ts';

/**
 * Copies a container's output to stdout and stderr until it ends.
 * @param raw - the stream has no frames, as with a tty
 * @param onControl - gets the control messages of `POST /pouch/run`
 */
export async function copyOutput(
  source: Readable,
  raw: boolean,
  terminal: Terminal,
  onControl?: (message: string) => void,
): Promise<void> {
  const demultiplexer = new Demultiplexer();
  const take = onControl && collectMessages(onControl);
  for await (const chunk of source as AsyncIterable<Buffer>) {
    if (raw) await write(terminal.stdout, chunk);
    else await writeFrames(demultiplexer.push(chunk), terminal, take);
  }
}

/** Frames of one stream that follow one another are one write: a log has one for each line. */
async function writeFrames(frames: Frame[], terminal: Terminal, onControl?: (data: Buffer) => void) {
  for (let at = 0, end = 0; at < frames.length; at = end) {
    const { stream } = frames[at]!;
    while (frames[end]?.stream === stream) end++;
    const pieces = frames.slice(at, end).map(({ data }) => data);
    if (stream === 'control') {
      for (const piece of pieces) onControl?.(piece);
      continue;
    }
    const toStderr = stream === 'stderr' || stream === 'systemerr';
    await write(toStderr ? terminal.stderr : terminal.stdout, Buffer.concat(pieces));
  }
}

/** Splits control data into messages: each is a line, and may arrive in parts. */
function collectMessages(onMessage: (message: string) => void): (data: Buffer) => void {
  let rest = '';
  return (data) => {
    const lines = (rest + data.toString()).split('\n');
    rest = lines.pop() ?? '';
    lines.forEach(onMessage);
  };
}
