import type { Readable } from 'node:stream';
import { Demultiplexer } from '../../client/index.ts';
import type { Terminal } from '../session.ts';
import { write } from './write.ts';

/**
 * Copies a container's output to stdout and stderr until it ends.
 * @param raw - with a tty there is one stream without frames
 */
export async function copyOutput(source: Readable, raw: boolean, terminal: Terminal): Promise<void> {
  const demultiplexer = new Demultiplexer();
  for await (const chunk of source as AsyncIterable<Buffer>) {
    if (raw) await write(terminal.stdout, chunk);
    else await writeFrames(demultiplexer, chunk, terminal);
  }
}

async function writeFrames(demultiplexer: Demultiplexer, chunk: Buffer, terminal: Terminal): Promise<void> {
  for (const { stream, data } of demultiplexer.push(chunk)) {
    const toStderr = stream === 'stderr' || stream === 'systemerr';
    await write(toStderr ? terminal.stderr : terminal.stdout, data);
  }
}
