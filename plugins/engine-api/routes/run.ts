import type { RunMessage } from '../../../client/wire.ts';
import {
  type Attachment,
  type AttachOptions,
  type ContainerRequest,
  type OutputChunk,
  PouchError,
  type Run,
  toPouchError,
} from '../../../hooks/index.ts';
import type { Call, Route } from '../http/call.ts';
import { errorBody } from '../http/errorReply.ts';
import { createError } from '../http/createError.ts';
import { allInNamesOf, inNamesOf } from '../../../translate/names/inNamesOf.ts';
import { serveStreams } from '../http/session.ts';
import { readContainerRequest } from './container/create.ts';

export const runRoutes: Route[] = [
  { method: 'POST', path: '/pouch/run', handler: run },
  { method: 'POST', path: '/pouch/run/detached', handler: runDetached },
];

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
  const made = await runNow(call, request, { ...streams, logs: false });
  const { id, started } = made;
  const attachment = made.attachment!;
  const exited = containers.wait(id, 'next-exit', call.signal);
  const beside = async (send: (message: RunMessage) => void) => {
    send(createdMessage(call, made, warnings));
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
      attachment.detach();
      send(failedMessage(call, id, thrown));
    }
  };
  // Awaited in `beside`; this only prevents an unhandled rejection before that.
  exited.catch(() => undefined);
  // Always framed: a plugin may have added a terminal.
  const framed = { ...attachment, tty: false, output: outputAfter(started, attachment) };
  const endsStdin = containers.inspect(id).draft.process.stdinOnce;
  await serveStreams(call, framed, { detachKeys: Buffer.alloc(0), endsStdin, beside });
}

/**
 * `pouch run -d` in one request instead of create and start. The response is a stream as that of `/pouch/run`, which
 * ends with the start; it has no output.
 */
async function runDetached(call: Call): Promise<void> {
  const { request, warnings } = await readContainerRequest(call);
  const made = await runNow(call, request);
  const beside = async (send: (message: RunMessage) => void) => {
    send(createdMessage(call, made, warnings));
    try {
      await made.started;
      send({ started: true });
    } catch (thrown) {
      send(failedMessage(call, made.id, thrown));
    }
  };
  const nothing: Attachment = { tty: false, output: noOutput(), detach: () => {} };
  await serveStreams(call, nothing, { detachKeys: Buffer.alloc(0), endsStdin: false, beside });
}

async function runNow(
  { engine, client }: Call,
  request: ContainerRequest,
  streams?: AttachOptions,
): Promise<Run> {
  return await engine.containers.run(request, streams).catch((error: unknown) => {
    throw createError(error, request.image, client);
  });
}

function createdMessage({ client }: Call, made: Run, warnings: readonly string[]): RunMessage {
  return { created: { Id: made.id, Warnings: allInNamesOf(client, [...warnings, ...made.warnings]) } };
}

function failedMessage({ client }: Call, id: string, thrown: unknown): RunMessage {
  const error = toPouchError(thrown);
  return { failed: { ...errorBody(error, client, id), status: error.status } };
}

async function* noOutput(): AsyncIterable<OutputChunk> {}

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
