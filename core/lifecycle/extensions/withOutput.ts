import type { VerbContext } from '../../../hooks/contributions/verb.ts';
import { Deferred } from '../../wait/Deferred.ts';
import { linkedAbort } from '../../wait/linkedAbort.ts';
import { untilAborted } from '../../wait/untilAborted.ts';

type Writer = VerbContext['out'];

/**
 * Runs a verb, which ends when a write fails, whether it awaits that or not: its client has the whole output, or an
 * error. After an abort writes fail, so that a verb which only writes does not run forever.
 */
export async function withOutput<T>(
  { out, err, signal }: VerbContext,
  run: (context: VerbContext) => Promise<T>,
): Promise<T> {
  const { controller, unlink } = linkedAbort(signal);
  const failed = new Deferred<never>();
  const fail = (error: unknown) => {
    failed.reject(error);
    controller.abort(error);
  };
  const writer =
    (write: Writer): Writer =>
    (text) => {
      const written = writeTo(write, text, controller.signal);
      written.catch(fail);
      return written;
    };
  try {
    const context = { out: writer(out), err: writer(err), signal: controller.signal };
    return await Promise.race([run(context), failed.promise]);
  } finally {
    unlink();
  }
}

async function writeTo(write: Writer, text: string, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await untilAborted(write(text), signal);
}
