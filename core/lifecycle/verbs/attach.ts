import { PassThrough, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Attachment, AttachOptions, ContainerRecord, OutputChunk } from '../../../hooks/engine.ts';
import type { LiveOutput } from '../../io/index.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { logs } from './logs.ts';
import { isUp } from '../../state/status.ts';

/** Connects a client to a container's streams; one that has not started yet is joined at its start. */
export async function attach(
  engine: EngineContext,
  record: ContainerRecord,
  options: AttachOptions,
): Promise<Attachment> {
  const left = new AbortController();
  const source = subscribe(engine, record, left.signal);
  source.catch(() => {});
  if (isUp(record)) await source;
  const { tty, openStdin } = record.draft.process;
  const stdin = options.stdin && openStdin ? stdinOf(engine, record, source) : undefined;
  return {
    tty,
    ...(stdin && { stdin }),
    output: outputOf(engine, record, options, source, left.signal),
    detach: () => {
      left.abort(new Error('detached'));
      stdin?.destroy();
      void source.then((output) => output.close(), ignore);
    },
  };
}

function subscribe(engine: EngineContext, record: ContainerRecord, left: AbortSignal): Promise<LiveOutput> {
  return isUp(record) ? engine.attachPoints.now(record.id) : engine.attachPoints.atStart(record.id, left);
}

async function* outputOf(
  engine: EngineContext,
  record: ContainerRecord,
  options: AttachOptions,
  source: Promise<LiveOutput>,
  left: AbortSignal,
): AsyncIterable<OutputChunk> {
  if (options.logs) yield* logs(engine, record, { ...options, follow: false });
  const output = await source.catch((error: unknown) => {
    if (left.aborted) return undefined;
    throw error;
  });
  if (!output) return;
  for await (const chunk of output) if (options[chunk.stream]) yield chunk;
}

/** Accepts input at once, and passes it on when the container's stdin is open. */
function stdinOf(engine: EngineContext, record: ContainerRecord, source: Promise<LiveOutput>): Writable {
  const input = new PassThrough();
  void source
    .then(() => engine.io.openStdin(record.id))
    .then((fifo) => pipeline(input, fifo))
    .then(() => closeStdin(engine, record))
    .catch(() => input.destroy());
  return input;
}

/** With a terminal only ^D ends the input; CloseIO would stop its output too. */
async function closeStdin(engine: EngineContext, record: ContainerRecord): Promise<void> {
  if (record.draft.process.tty) return;
  // The task must exist for the call.
  if (!isUp(record)) await engine.attachPoints.whenStarted(record.id);
  await engine.io.endInput(record.id);
  await engine.client.tasks.closeStdin(record.id).catch(ignore);
}

function ignore(): void {}
