import { ClientError, errorFromBody } from '../../client/index.ts';
import type {
  ContainerCreateRequest,
  ContainerCreateResponse,
  Hijacked,
  RunMessage,
} from '../../client/index.ts';
import type { Session } from '../Session.ts';
import { connect } from '../streams/connect.ts';
import { signalPasser } from '../streams/passSignal.ts';
import { noProxy, proxySignals } from '../streams/proxySignals.ts';
import { withIdFile, withImage } from './createContainer.ts';
import { deferred } from './deferred.ts';
import { exitCodeOf } from './exitCodeOf.ts';
import { giveUp } from './giveUp.ts';
import type { RunFlags } from '../../client/options/runFlags.ts';

/**
 * Runs a container without a terminal in one request, which saves three round trips and two connections.
 * @returns its exit code; undefined if the daemon lacks the call, as dockerd, and nothing has been done
 */
export async function runAtOnce(
  session: Session,
  body: ContainerCreateRequest,
  flags: RunFlags,
): Promise<number | undefined> {
  const { client } = session;
  const { promise: started, resolve: markStarted } = deferred<string>();
  const pass = signalPasser(client);
  const signals =
    (flags.sigProxy ?? true) ? proxySignals(started, async (signal) => pass(await started, signal)) : noProxy;
  const leaving = new AbortController();
  let id: string | undefined;
  const interrupted = signals.interrupted.then(async (interruption) => {
    leaving.abort();
    return await giveUp(session, id, interruption);
  });
  const run = async (report: (created: ContainerCreateResponse) => void) => {
    const hijacked = await request(session, body, flags, leaving.signal);
    if (!hijacked) return undefined;
    leaving.signal.addEventListener('abort', () => hijacked.socket.destroy());
    const created = (response: ContainerCreateResponse) => {
      id = response.Id;
      report(response);
    };
    const last = await follow(session, hijacked, body.AttachStdin === true, {
      created,
      started: () => markStarted(id ?? ''),
    });
    if (last && 'exited' in last) return exitCodeOf(session, last.exited);
    throw daemonLost(id ?? '', 'running');
  };
  try {
    return await withIdFile(session, flags, async (report) => {
      // Closing the connection fails the run, too.
      const outcome = run(report).catch((error: unknown) => {
        if (!leaving.signal.aborted) throw error;
        return interrupted;
      });
      return await Promise.race([outcome, interrupted]);
    });
  } finally {
    signals.stop();
  }
}

/**
 * Creates and starts a container in one request.
 * @returns its id; undefined if the daemon lacks the call
 */
export async function startAtOnce(
  session: Session,
  body: ContainerCreateRequest,
  flags: RunFlags,
): Promise<string | undefined> {
  return await withIdFile(session, flags, async (report) => {
    const hijacked = await ifKnown(
      withImage(session, body, flags, (query) => session.client.pouch.runDetached(body, query)),
    );
    if (!hijacked) return undefined;
    let id = '';
    const created = (response: ContainerCreateResponse) => {
      id = response.Id;
      report(response);
    };
    const last = await follow(session, hijacked, false, { created, started: () => {} });
    if (last && 'started' in last) return id;
    throw daemonLost(id, 'starting');
  });
}

async function request(
  session: Session,
  body: ContainerCreateRequest,
  flags: RunFlags,
  signal: AbortSignal,
): Promise<Hijacked | undefined> {
  const { AttachStdin: stdin = false, AttachStdout: stdout = false, AttachStderr: stderr = false } = body;
  return await ifKnown(
    withImage(session, body, flags, (query) =>
      session.client.pouch.run(body, { ...query, stdin, stdout, stderr }, signal),
    ),
  );
}

/** Resolves to undefined if the daemon lacks the call. */
async function ifKnown<T>(response: Promise<T>): Promise<T | undefined> {
  try {
    return await response;
  } catch (error) {
    // dockerd sends no codes.
    const isUnknown = error instanceof ClientError && ['', 'PCH_PATH_NOT_FOUND'].includes(error.code);
    if (isUnknown && error.status === 404) return undefined;
    throw error;
  }
}

/**
 * Copies the streams to their end. Resolves to the last message of the daemon.
 * @throws ClientError that the run has failed with
 */
async function follow(
  session: Session,
  hijacked: Hijacked,
  stdin: boolean,
  on: { created(response: ContainerCreateResponse): void; started(): void },
): Promise<RunMessage | undefined> {
  let last: RunMessage | undefined;
  const onControl = (text: string): void => {
    last = JSON.parse(text) as RunMessage;
    if ('started' in last) on.started();
    if ('created' in last) on.created(last.created);
  };
  await connect(hijacked, { tty: false, stdin, detachKeys: [], onControl }, session.terminal);
  if (last && 'failed' in last) throw errorFromBody(last.failed.status, last.failed);
  return last;
}

function daemonLost(id: string, doing: string): ClientError {
  return new ClientError(
    'PCH_DAEMON_LOST',
    `the daemon stopped while container ${id.slice(0, 12)} was ${doing}`,
    {
      hint: 'containers keep running without the daemon; see `pouch ps -a` when it is back',
    },
  );
}
