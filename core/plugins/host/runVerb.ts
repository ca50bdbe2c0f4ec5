import type { Verb } from '../../../hooks/contributions/verb.ts';
import type { VerbRequest } from '../../../hooks/processProtocol.ts';
import { exitCodeOf } from '../../contract/exitCodeOf.ts';
import { untilAborted } from '../../wait/untilAborted.ts';
import type { Connection } from './Connection.ts';
import { VerbOutput } from './VerbOutput.ts';

/** Runs a verb in this process. Resolves to its exit code once pouchd has its output. */
export async function runVerb(
  verb: Verb,
  { id, args, options }: VerbRequest,
  signal: AbortSignal,
  connection: Connection,
): Promise<number> {
  const output = new VerbOutput((stream, text) => connection.call(stream, [text], id));
  const write = (stream: 'out' | 'err') => (text: string) => output.write(stream, String(text));
  try {
    const context = { out: write('out'), err: write('err'), signal };
    // One that ignores its signal does not hold up the process, which counts as hung without a reply.
    const code = await untilAborted((async () => await verb.run({ args, options }, context))(), signal);
    await output.taken();
    return exitCodeOf(code, verb.name);
  } catch (error) {
    // The error comes after what was written before it.
    if (!signal.aborted) await output.taken().catch(() => undefined);
    throw error;
  }
}
