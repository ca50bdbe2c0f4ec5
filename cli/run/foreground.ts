import type { ContainerCreateRequest, ContainerWaitResponse } from '../../client/index.ts';
import type { DetachKeys } from '../../client/options/detachKeys.ts';
import type { Session } from '../Session.ts';
import { connect } from '../streams/connect.ts';
import { followSize } from '../streams/followSize.ts';
import { signalPasser } from '../streams/passSignal.ts';
import { noProxy, proxySignals } from '../streams/proxySignals.ts';
import { deferred } from './deferred.ts';
import { exitCodeOf } from './exitCodeOf.ts';
import { giveUp } from './giveUp.ts';

export interface ForegroundOptions {
  detachKeys: DetachKeys;
  sigProxy: boolean;
  /** The container is removed at its end: the call returns after that, so that its volumes can be removed, too. */
  autoRemove: boolean;
}

type Streams = Pick<ContainerCreateRequest, 'AttachStdin' | 'AttachStdout' | 'AttachStderr' | 'Tty'>;

/**
 * Starts a created container attached to this process's streams. Attach and wait are requested before the start, so
 * that no output and no exit is missed.
 * @returns its exit code, 0 after a detach
 */
export async function runInForeground(
  session: Session,
  id: string,
  streams: Streams,
  options: ForegroundOptions,
): Promise<number> {
  const { containers } = session.client;
  const { promise: started, resolve: markStarted } = deferred();
  const pass = signalPasser(session.client);
  const signals = options.sigProxy ? proxySignals(started, (signal) => pass(id, signal)) : noProxy;
  const leaving = new AbortController();
  const [hijacked, outcome] = await Promise.all([
    containers.attach(id, attachQuery(streams, options)),
    containers.wait(id, options.autoRemove ? 'removed' : 'next-exit'),
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
  // Awaited below; until then a rejection must not count as unhandled.
  connection.catch(() => undefined);
  try {
    const starting = containers.start(id, { signal: leaving.signal }).then(() => {
      markStarted();
      if (streams.Tty) followSize(session.terminal.stdout, (size) => containers.resize(id, size));
    });
    // A short command may end before the response to its start; that response is not awaited then.
    const end = await Promise.race([connection, starting.then(() => connection), signals.interrupted]);
    if (end === 'detached') return 0;
    if (end === 'ended') return await exitCode(session, outcome, starting);
    leaving.abort();
    hijacked.socket.destroy();
    await connection.catch(() => undefined);
    return await giveUp(session, id, end);
  } catch (error) {
    hijacked.socket.destroy();
    await connection.catch(() => undefined);
    throw error;
  } finally {
    signals.stop();
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

/** The error of a failed start has code and hint, that of the wait only a message. */
async function exitCode(
  session: Session,
  outcome: () => Promise<ContainerWaitResponse>,
  starting: Promise<void>,
): Promise<number> {
  const ended = await outcome();
  if (ended.Error?.Message) await starting;
  return exitCodeOf(session, ended);
}
