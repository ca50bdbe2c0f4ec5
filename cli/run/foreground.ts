import type { ContainerCreateRequest, ContainerWaitResponse } from '../../client/index.ts';
import type { DetachKeys } from '../parse/detachKeys.ts';
import type { Session } from '../Session.ts';
import { connect } from '../streams/connect.ts';
import { followSize } from '../streams/followSize.ts';
import { proxySignals } from '../streams/proxySignals.ts';
import { deferred } from './deferred.ts';
import { exitCodeOf } from './exitCodeOf.ts';

export interface ForegroundOptions {
  detachKeys: DetachKeys;
  sigProxy: boolean;
}

type Streams = Pick<ContainerCreateRequest, 'AttachStdin' | 'AttachStdout' | 'AttachStderr' | 'Tty'>;

/**
 * Starts a created container with this process's streams connected; answers its exit code (0 after a detach). Attach and wait
 * are asked for side by side before the start, so that nothing it does can be missed, and the end of the wait is its exit, not
 * its removal.
 */
export async function runInForeground(
  session: Session,
  id: string,
  streams: Streams,
  options: ForegroundOptions,
): Promise<number> {
  const { containers } = session.client;
  const { promise: started, resolve: markStarted } = deferred();
  const stopProxy = options.sigProxy
    ? proxySignals(started, (signal) => containers.kill(id, signal))
    : () => undefined;
  const [hijacked, outcome] = await Promise.all([
    containers.attach(id, attachQuery(streams, options)),
    containers.wait(id, 'next-exit'),
  ]);
  const connection = connect(
    hijacked,
    {
      tty: streams.Tty === true,
      stdin: streams.AttachStdin === true,
      detachKeys: options.detachKeys.bytes,
    },
    session.terminal,
  );
  // It is awaited further down; a failure before that is not unhandled.
  connection.catch(() => undefined);
  try {
    const begun = containers.start(id).then(() => {
      markStarted();
      if (streams.Tty) followSize(session.terminal.stdout, (size) => containers.resize(id, size));
    });
    // A short command has ended before its start is answered: nobody waits for that then.
    const end = await Promise.race([connection, begun.then(() => connection)]);
    return end === 'detached' ? 0 : await exitCode(session, outcome, begun);
  } catch (error) {
    hijacked.socket.destroy();
    await connection.catch(() => undefined);
    throw error;
  } finally {
    stopProxy();
  }
}

function attachQuery(streams: Streams, options: ForegroundOptions) {
  return {
    stdin: streams.AttachStdin === true,
    stdout: streams.AttachStdout === true,
    stderr: streams.AttachStderr === true,
    ...(options.detachKeys.text !== undefined && { detachKeys: options.detachKeys.text }),
  };
}

/** A start that failed tells more of it (code and hint) than the wait does. */
async function exitCode(
  session: Session,
  outcome: () => Promise<ContainerWaitResponse>,
  begun: Promise<void>,
): Promise<number> {
  const ended = await outcome();
  if (ended.Error?.Message) await begun;
  return exitCodeOf(session, ended);
}
