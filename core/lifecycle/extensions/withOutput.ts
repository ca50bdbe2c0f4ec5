import type { VerbContext } from '../../../hooks/contributions/verb.ts';
import { Deferred } from '../../wait/Deferred.ts';
import { linkedAbort } from '../../wait/linkedAbort.ts';
import { untilAborted } from '../../wait/untilAborted.ts';

type Writer<Chunk> = (chunk: Chunk) => Promise<void>;

/** Runs a verb, see {@link withWriters}. */
export async function withOutput<T>(
  { out, err, signal }: VerbContext,
  run: (context: VerbContext) => Promise<T>,
): Promise<T> {
  return await withWriters<T>(signal, (guarded, own) =>
    run({ out: guarded(out), err: guarded(err), signal: own }),
  );
}

/**
 * Runs what writes to a client. It ends when a write fails, whether it awaits that or not: its client has the whole
 * output, or an error. After an abort writes fail, so that one which only writes does not run forever.
 */
export async function withWriters<T>(
  signal: AbortSignal,
  run: (guarded: <Chunk>(write: Writer<Chunk>) => Writer<Chunk>, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { controller, unlink } = linkedAbort(signal);
  const failed = new Deferred<never>();
  const fail = (error: unknown) => {
    failed.reject(error);
    controller.abort(error);
  };
  const guarded =
    <Chunk>(write: Writer<Chunk>): Writer<Chunk> =>
    (chunk) => {
      const written = writeTo(write, chunk, controller.signal);
      written.catch(fail);
      return written;
    };
  try {
    return await Promise.race([run(guarded, controller.signal), failed.promise]);
  } finally {
    unlink();
  }
}

async function writeTo<Chunk>(write: Writer<Chunk>, chunk: Chunk, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await untilAborted(write(chunk), signal);
}
