import type { Duplex, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { type Client, Demultiplexer, type LogOptions } from '../../../client/index.ts';
import type { RunMessage } from '../../../client/wire/pouch.ts';

/** What came over a hijacked connection until it ended. */
export interface Output {
  stdout: string;
  /** Of `run`. */
  messages: RunMessage[];
}

/** Reads frames to the end of the stream, or until `ms` are over; it is closed then. */
export async function readFrames(socket: Duplex | Readable, ms: number): Promise<Output> {
  const frames = new Demultiplexer();
  const output: Output = { stdout: '', messages: [] };
  let control = '';
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    const end = () => {
      clearTimeout(timer);
      resolve();
    };
    socket.on('data', (chunk: Buffer) => {
      for (const { stream, data } of frames.push(chunk))
        if (stream === 'stdout') output.stdout += data.toString();
        else if (stream === 'control') control += data.toString();
    });
    socket.once('end', end).once('close', end).once('error', end);
  });
  socket.on('error', () => {});
  socket.destroy();
  const lines = control.split('\n').filter((line) => line !== '');
  output.messages = lines.map((line) => JSON.parse(line) as RunMessage);
  return output;
}

/** Stdout that a container has logged. */
export async function readLog(client: Client, ref: string, options: LogOptions = {}): Promise<string> {
  const stream = await client.containers.logs(ref, { stdout: true, ...options });
  const frames = new Demultiplexer().push(await buffer(stream));
  return frames
    .filter((frame) => frame.stream === 'stdout')
    .map(({ data }) => data.toString())
    .join('');
}
