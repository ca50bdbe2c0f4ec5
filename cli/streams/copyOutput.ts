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

async function writeFrames(frames: Frame[], terminal: Terminal, onControl?: (data: Buffer) => void) {
  for (const { stream, data } of frames) {
    if (stream === 'control') {
      onControl?.(data);
      continue;
    }
    const toStderr = stream === 'stderr' || stream === 'systemerr';
    await write(toStderr ? terminal.stderr : terminal.stdout, data);
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
