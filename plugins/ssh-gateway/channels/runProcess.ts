import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Attachment, Execs, ExecRequest } from '../../../hooks/index.ts';
import type { ChannelOwner, Login, Traffic } from '../context.ts';
import type { Channel } from '../library.ts';

/** Milliseconds that a process has to end after the hang-up of its client. */
const hangUpMs = 3000;

export interface Size {
  height: number;
  width: number;
}

/** A process in the container whose streams are those of a channel. */
export interface ChannelProcess {
  request: ExecRequest;
  channel: Channel;
  consoleSize?: Size | undefined;
  /** Gets a function that sets the size of its terminal. */
  onResize?(resize: (size: Size) => void): void;
}

/** Runs a process to its end, and resolves to its exit code. A client that leaves ends it. */
export async function runProcess(
  connection: ChannelOwner,
  { login, traffic }: { login: Login; traffic: Traffic },
  { request, channel, consoleSize, onResize }: ChannelProcess,
): Promise<string> {
  const { engine, execs: live } = connection.shared;
  const { execs } = engine;
  const streams = { stdin: true, stdout: true, stderr: !request.tty };
  const id = await execs.create(login.containerId, { ...request, user: login.user, ...streams });
  // Before its start: a pouchd that is killed in between has it on the list.
  live.add(id, login.containerId);
  const hangUp = endOnClose(execs, id, channel, connection.signal);
  try {
    const run = await execs.start(id, { detached: false, ...(consoleSize && { consoleSize }) });
    onResize?.((size) => void execs.resize(id, size).catch(() => undefined));
    await copy(channel, run!.attachment, connection, traffic);
    await run!.started;
  } finally {
    hangUp();
    live.remove(id);
  }
  const code = execs.inspect(id).exitCode ?? 255;
  if (!channel.destroyed) {
    channel.exit(code);
    channel.end();
  }
  return String(code);
}

async function copy(
  channel: Channel,
  { stdin, output, tty }: Attachment,
  connection: ChannelOwner,
  traffic: Traffic,
): Promise<void> {
  stdin?.on('error', () => undefined);
  channel.on('data', (data: Buffer) => {
    traffic.bytesIn += data.length;
    connection.touch();
    if (!stdin?.writable || stdin.write(data)) return;
    channel.pause();
    stdin.once('drain', () => channel.resume());
  });
  // With a terminal only ^D ends the input.
  channel.once('end', () => tty || stdin?.end());
  for await (const { stream, data } of output) {
    traffic.bytesOut += data.length;
    connection.touch();
    const to = stream === 'stderr' ? channel.stderr : channel;
    if (channel.destroyed || channel.writableEnded) continue;
    if (!to.write(data)) await Promise.race([once(to, 'drain'), once(channel, 'close')]);
  }
}

/** Hangs up as a terminal does when its user leaves, then kills. Returns a function that ends the watch. */
function endOnClose(execs: Execs, id: string, channel: Channel, left: AbortSignal): () => void {
  const ended = new AbortController();
  const hangUp = async () => {
    if (ended.signal.aborted) return;
    await execs.kill(id, { signal: 'SIGHUP' }).catch(() => undefined);
    await delay(hangUpMs, undefined, { signal: ended.signal }).catch(() => undefined);
    if (!ended.signal.aborted) await execs.kill(id).catch(() => undefined);
  };
  const closed = () => void hangUp();
  channel.once('close', closed);
  left.addEventListener('abort', closed);
  return () => {
    ended.abort();
    channel.off('close', closed);
    left.removeEventListener('abort', closed);
  };
}
