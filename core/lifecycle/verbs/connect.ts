import { isIPv4, isIPv6, Socket } from 'node:net';
import type { Attachment, ContainerRecord, OutputChunk } from '../../../hooks/engine.ts';
import { messageOf, PouchError } from '../../../hooks/errors.ts';
import { withDeadline } from '../../wait/deadline.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { notRunning } from '../task/refusals.ts';
import { isVm } from '../vm/isVm.ts';

export interface ConnectTarget {
  host: string;
  port: number;
}

/** Milliseconds for a connection: less than the kernel takes for an address that does not respond. */
const connectWithinMs = 10_000;

/**
 * Connects to a port in the network namespace of a container. A socket belongs to the namespace of the thread that
 * creates it; the rest is Node's.
 * @throws PCH_CONNECT_FAILED, PCH_CONTAINER_NOT_RUNNING, PCH_NOT_SUPPORTED
 */
export async function connect(
  engine: EngineContext,
  record: ContainerRecord,
  target: ConnectTarget,
): Promise<Attachment> {
  const netns = netnsOf(engine, record);
  let failure: unknown;
  for (const address of addressesOf(record, target)) {
    try {
      return attachmentOf(await connected(engine, netns, { host: address, port: target.port }));
    } catch (error) {
      failure ??= error;
    }
  }
  throw failed(record, target, messageOf(failure));
}

/** A container with the network of the host has no own: its ports are those of the host. */
function netnsOf(engine: EngineContext, record: ContainerRecord): string {
  if (record.state.status !== 'running') throw notRunning(record);
  const { name, draft } = record;
  const isMachine = isVm(engine, record);
  if (!isMachine && draft.namespaces.network) return draft.namespaces.network;
  throw new PouchError(
    'PCH_NOT_SUPPORTED',
    `${name} has ${isMachine ? 'a network inside its virtual machine' : 'the network of the host'}: expected one of its own`,
    { hint: isMachine ? 'connect to its address' : 'connect to the port on the host' },
  );
}

/** Names are looked up nowhere: the container's resolver is not pouchd's to ask. */
function addressesOf(record: ContainerRecord, target: ConnectTarget): string[] {
  const { host, port } = target;
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw failed(record, target, 'expected a port from 1 to 65535');
  if (host === 'localhost') return ['127.0.0.1', '::1'];
  if (isIPv4(host) || isIPv6(host)) return [host];
  throw failed(record, target, 'expected localhost or an address, found a name');
}

async function connected(
  engine: EngineContext,
  netns: string,
  { host, port }: ConnectTarget,
): Promise<Socket> {
  const fd = await engine.netns.socket(netns, isIPv4(host) ? 4 : 6);
  const socket = new Socket({ fd, allowHalfOpen: true });
  const late = () => new Error(`no response within ${connectWithinMs / 1000} s`);
  try {
    await withDeadline({ ms: connectWithinMs, late, signal: engine.shutdown }, async () => {
      await new Promise<void>((resolve, reject) => {
        socket.once('error', reject);
        socket.connect(port, host, resolve);
      });
    });
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

function attachmentOf(socket: Socket): Attachment {
  // The output ends with it.
  socket.on('error', () => undefined);
  return { tty: false, stdin: socket, output: outputOf(socket), detach: () => void socket.destroy() };
}

async function* outputOf(socket: Socket): AsyncIterable<OutputChunk> {
  for await (const data of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>)
    yield { stream: 'stdout', data };
}

function failed({ id, name }: ContainerRecord, { host, port }: ConnectTarget, why: string): PouchError {
  return new PouchError(
    'PCH_CONNECT_FAILED',
    `${name} cannot connect to ${host.slice(0, 255)}:${port}: ${why}`,
    {
      container: id,
      hint: 'check that a process of the container listens there',
    },
  );
}
