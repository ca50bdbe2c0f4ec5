import type { RunMessage } from '../../../client/wire.ts';
import { PouchError, toPouchError, type Attachment, type OutputChunk } from '../../../hooks/index.ts';
import type { Call, Route } from '../http/call.ts';
import { errorBody } from '../http/errorReply.ts';
import { namingTheImage } from '../http/imageError.ts';
import { allInNamesOf, inNamesOf } from '../../../translate/names/inNamesOf.ts';
import { serveStreams } from '../http/session.ts';
import { readContainerRequest } from './container/create.ts';

export const runRoutes: Route[] = [{ method: 'POST', path: '/pouch/run', handler: run }];

/**
 * `pouch run` in one request instead of create, attach, wait and start; takes the body of create. The response is an
 * upgraded, framed stream with messages ({@link RunMessage}) between the output. If the client disconnects while a tap
 * runs, or before the last tap, the request is cancelled; otherwise it completes, as if the client had disconnected
 * after the start.
 */
async function run(call: Call): Promise<void> {
  const { query, engine } = call;
  const { containers } = engine;
  const { request, warnings } = await readContainerRequest(call);
  if (request.tty)
    throw new PouchError('PCH_NOT_SUPPORTED', 'a terminal is not supported by this call', {
      hint: 'use create, attach and start',
    });
  const streams = { stdin: query.flag('stdin'), stdout: query.flag('stdout'), stderr: query.flag('stderr') };
  const made = await containers.run(request, { ...streams, logs: false }).catch((error: unknown) => {
    throw namingTheImage(error, request.image);
  });
  const { id, started } = made;
  const exited = containers.wait(id, 'next-exit', call.signal);
  const beside = async (send: (message: RunMessage) => void) => {
    send({ created: { Id: id, Warnings: allInNamesOf(call.client, [...warnings, ...made.warnings]) } });
    try {
      // A short command may exit before its start is written to disk: then the client gets only the exit.
      const early = await Promise.race([exited, started.then(() => undefined)]);
      if (early?.error !== undefined) await started;
      if (!early) send({ started: true });
      const { exitCode, error } = early ?? (await exited);
      send({
        exited: { StatusCode: exitCode, ...(error && { Error: { Message: inNamesOf(call.client, error) } }) },
      });
    } catch (thrown) {
      const error = toPouchError(thrown);
      made.attachment.detach();
      send({ failed: { ...errorBody(error, call.client, id), status: error.status } });
    }
  };
  // Awaited in `beside`; this only prevents an unhandled rejection before that.
  exited.catch(() => undefined);
  // Always framed: a plugin may have added a terminal.
  const framed = { ...made.attachment, tty: false, output: outputAfter(started, made.attachment) };
  const endsStdin = containers.inspect(id).draft.process.stdinOnce;
  await serveStreams(call, framed, { detachKeys: Buffer.alloc(0), endsStdin, beside });
}

/** Hides the output's error after a failed start: the start's own error is more specific. */
async function* outputAfter(started: Promise<void>, { output }: Attachment): AsyncIterable<OutputChunk> {
  try {
    yield* output;
  } catch (error) {
    const hasStarted = await started.then(
      () => true,
      () => false,
    );
    if (hasStarted) throw error;
  }
}
