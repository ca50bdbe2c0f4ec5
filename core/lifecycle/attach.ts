import { PassThrough, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Attachment, AttachOptions, ContainerRecord, OutputChunk } from '../../hooks/engine.ts';
import type { LiveOutput } from '../io/index.ts';
import type { Kernel } from './kernel.ts';
import { logs } from './logs.ts';

/** Connects a client to a container's streams; one that has not started yet is joined at its start. */
export async function attach(
  kernel: Kernel,
  record: ContainerRecord,
  options: AttachOptions,
): Promise<Attachment> {
  const left = new AbortController();
  const source = subscribe(kernel, record, left.signal);
  source.catch(() => {});
  if (isRunning(record)) await source;
  const { tty, openStdin } = record.draft.process;
  const stdin = options.stdin && openStdin ? stdinOf(kernel, record, source) : undefined;
  return {
    tty,
    ...(stdin && { stdin }),
    output: outputOf(kernel, record, options, source, left.signal),
    detach: () => {
      left.abort(new Error('detached'));
      stdin?.destroy();
      void source.then((output) => output.close(), ignore);
    },
  };
}

function subscribe(kernel: Kernel, record: ContainerRecord, left: AbortSignal): Promise<LiveOutput> {
  return isRunning(record)
    ? kernel.attachPoints.now(record.id)
    : kernel.attachPoints.atStart(record.id, left);
}

function isRunning({ state }: ContainerRecord): boolean {
  return state.status === 'running' || state.status === 'paused';
}

async function* outputOf(
  kernel: Kernel,
  record: ContainerRecord,
  options: AttachOptions,
  source: Promise<LiveOutput>,
  left: AbortSignal,
): AsyncIterable<OutputChunk> {
  if (options.logs) yield* logs(kernel, record, { ...options, follow: false });
  const output = await source.catch((error: unknown) => {
    if (left.aborted) return undefined;
    throw error;
  });
  if (!output) return;
  for await (const chunk of output) if (options[chunk.stream]) yield chunk;
}

/** Takes input at once, and passes it on when the container's stdin is there. */
function stdinOf(kernel: Kernel, record: ContainerRecord, source: Promise<LiveOutput>): Writable {
  const input = new PassThrough();
  void source
    .then(() => kernel.io.openStdin(record.id))
    .then((fifo) => pipeline(input, fifo))
    .then(() => closeStdin(kernel, record))
    .catch(() => input.destroy());
  return input;
}

/** With a terminal there is no end of input but ^D; CloseIO would stop its output too. */
async function closeStdin(kernel: Kernel, record: ContainerRecord): Promise<void> {
  if (record.draft.process.tty) return;
  // The task must be there to be told.
  if (!isRunning(record)) await kernel.attachPoints.whenStarted(record.id);
  await kernel.io.endInput(record.id);
  await kernel.client.tasks.closeStdin(record.id).catch(ignore);
}

function ignore(): void {}
