import { once } from 'node:events';
import { type Attachment, messageOf } from '../../../hooks/index.ts';
import type { ChannelOwner, Traffic } from '../context.ts';
import type { Channel } from '../library.ts';
import { audited } from './audited.ts';

export interface ForwardRequest {
  accept(): Channel;
  reject(): void;
  host: string;
  port: number;
}

/** A forwarded connection (direct-tcpip, RFC 4254, 7.2): from within the container's network. */
export async function forward(connection: ChannelOwner, request: ForwardRequest): Promise<void> {
  const { accept, reject, host, port } = request;
  const { engine, log } = connection.shared;
  let attachment: Attachment | undefined;
  try {
    await audited(
      connection,
      'forward',
      { target: `${host.slice(0, 255)}:${port}` },
      async (login, traffic) => {
        attachment = await engine.containers.connect(login.containerId, { host, port });
        if (connection.signal.aborted) return 'closed';
        await joined(accept(), attachment, connection, traffic);
        return 'closed';
      },
    );
  } catch (error) {
    log.debug(`a connection was not forwarded: ${messageOf(error)}`);
    if (!attachment) reject();
  } finally {
    attachment?.detach();
  }
}

/** Until both directions have ended. */
async function joined(
  channel: Channel,
  { stdin, output }: Attachment,
  connection: ChannelOwner,
  traffic: Traffic,
): Promise<void> {
  channel.on('error', () => undefined);
  channel.on('data', (data: Buffer) => {
    traffic.bytesIn += data.length;
    connection.touch();
    if (stdin?.write(data) !== false) return;
    channel.pause();
    stdin.once('drain', () => channel.resume());
  });
  channel.once('end', () => stdin?.end());
  channel.once('close', () => stdin?.destroy());
  for await (const { data } of output) {
    traffic.bytesOut += data.length;
    connection.touch();
    if (!channel.writable) break;
    if (!channel.write(data)) await Promise.race([once(channel, 'drain'), once(channel, 'close')]);
  }
  channel.end();
  if (!channel.destroyed) await closedOf(channel);
}

function closedOf(channel: Channel): Promise<void> {
  return new Promise((resolve) => channel.once('close', resolve));
}
