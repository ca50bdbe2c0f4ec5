import type { RunMessage } from '../../../client/wire.ts';
import { PouchError, toPouchError, type Attachment, type OutputChunk } from '../../../hooks/index.ts';
import type { Call, Route } from '../http/call.ts';
import { errorBody } from '../http/errorReply.ts';
import { namingTheImage } from '../http/imageError.ts';
import { serveStreams } from '../http/session.ts';
import { readContainerRequest } from './container/create.ts';

export const runRoutes: Route[] = [{ method: 'POST', path: '/pouch/run', handler: run }];

/**
 * `pouch run` in one request instead of four: create, attach, wait and start, with the body of create. The answer is an
 * upgraded, framed stream with messages ({@link RunMessage}) between the output. A client that leaves stops nothing: what
 * it asked for is done, as if it had left after the start.
 */
async function run(call: Call): Promise<void> {
  const { query, engine } = call;
  const { containers } = engine;
  const { request, warnings } = await readContainerRequest(call);
  if (request.tty)
    throw new PouchError('PCH_NOT_SUPPORTED', 'a terminal is served by create, attach and start');
  const streams = { stdin: query.flag('stdin'), stdout: query.flag('stdout'), stderr: query.flag('stderr') };
  const made = await containers.run(request, { ...streams, logs: false }).catch((error: unknown) => {
    throw namingTheImage(error, request.image);
  });
  const { id, started } = made;
  const exited = containers.wait(id, 'next-exit', call.signal);
  const beside = async (tell: (message: RunMessage) => void) => {
    tell({ created: { Id: id, Warnings: [...warnings, ...made.warnings] } });
    try {
      // A short command has ended before its start is on the disk: nobody waits for that, or is told of it, then.
      const early = await Promise.race([exited, started.then(() => undefined)]);
      if (early?.error !== undefined) await started;
      if (!early) tell({ started: true });
      const { exitCode, error } = early ?? (await exited);
      tell({ exited: { StatusCode: exitCode, ...(error && { Error: { Message: error } }) } });
    } catch (thrown) {
      const error = toPouchError(thrown);
      made.attachment.detach();
      tell({ failed: { ...errorBody(error, call.client, id), status: error.status } });
    }
  };
  // It is awaited above, in its turn.
  exited.catch(() => undefined);
  // Framed in any case: a plugin may have given it a terminal.
  const framed = { ...made.attachment, tty: false, output: outputAfter(started, made.attachment) };
  const endsStdin = containers.inspect(id).draft.process.stdinOnce;
  await serveStreams(call, framed, { detachKeys: Buffer.alloc(0), endsStdin, beside });
}

/** A start that failed ends the output with an error of its own, which says less than the start's. */
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
