import type { Logger } from '../../../hooks/defineHook.ts';
import { PouchError } from '../../../hooks/errors.ts';
import type { RuntimeRequest } from '../../../hooks/processProtocol.ts';
import type { RuntimeProgram } from '../../../hooks/runtimeProgram.ts';
import { clone } from '../draft/clone.ts';
import { freeze } from '../draft/frozenCopy.ts';
import { isPlainData, plainDataHint } from '../draft/plainData.ts';
import { untilAborted } from '../../wait/untilAborted.ts';
import type { HostReply } from './Connection.ts';
import { runTap } from './runTap.ts';

interface Surroundings {
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Adds a function that the draft has in pouchd. */
  addFunction(path: string): void;
}

/** Calls a function of a runtime in this process. */
export async function runtimeCall(
  program: RuntimeProgram | undefined,
  request: RuntimeRequest,
  surroundings: Surroundings,
): Promise<HostReply> {
  const { runtime, functions = [] } = request;
  if (!program) throw new PouchError('PCH_NOT_FOUND', `the plugin has no runtime ${runtime}`);
  functions.forEach((path) => surroundings.addFunction(path));
  // One that ignores its signal does not hold up the process, which counts as hung without a reply.
  return await untilAborted(replyOf(program, request, surroundings), surroundings.signal);
}

async function replyOf(
  program: RuntimeProgram,
  { action, found, draft, deadlineMs }: RuntimeRequest,
  { signal, log }: Surroundings,
): Promise<HostReply> {
  if (action === 'probe') return result(await program.probe?.(found!, { signal }));
  if (action === 'options') return result(await program.options?.(freeze(draft!), { signal }));
  let warnings: unknown;
  const run = async (own: unknown) => {
    warnings = await program.adaptSpec?.(own as NonNullable<typeof draft>, { signal });
  };
  const reply = await runTap('plan', run, draft, { signal, timeoutMs: deadlineMs, log });
  if (warnings === undefined) return reply;
  if (Array.isArray(warnings) && warnings.every((one) => typeof one === 'string'))
    return { ...reply, warnings };
  throw new PouchError('PCH_PLUGIN_CONTRACT', 'adaptSpec returned what is not a list of texts');
}

function result(returned: unknown): HostReply {
  const value = clone(returned);
  if (value === undefined) return {};
  if (isPlainData(value)) return { result: value };
  throw new PouchError('PCH_PLUGIN_CONTRACT', 'the runtime returned a value that is not plain data', {
    hint: plainDataHint,
  });
}
