import { Type } from '@sinclair/typebox';
import type { VerbInfo } from '../../../hooks/engine.ts';
import type { Verb, VerbContext } from '../../../hooks/contributions/verb.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { callWithin, checkInput, type Generation } from '../../plugins/index.ts';

const defaultDeadlineMs = 60_000;
/** 126 and more are those of shells and signals. */
const mostExitCode = 125;

export function listVerbs(generation: Generation): VerbInfo[] {
  return verbsOf(generation).map(({ plugin, verb }) => {
    const { name, doc, args = Type.Object({}), options = Type.Object({}) } = verb;
    return { name, doc, plugin, args, options };
  });
}

export async function runVerb(
  generation: Generation,
  name: string,
  { args, options }: { args: unknown; options: unknown },
  context: VerbContext,
): Promise<number> {
  const found = verbsOf(generation).find(({ verb }) => verb.name === name);
  if (!found) throw notFound(name);
  const { plugin, verb } = found;
  const input = {
    args: checkInput(verb.args ?? Type.Object({}), args, {
      plugin,
      code: 'PCH_OPTION_INVALID',
      what: 'argument',
    }),
    options: checkInput(verb.options ?? Type.Object({}), options, {
      plugin,
      code: 'PCH_OPTION_INVALID',
      what: 'option',
    }),
  };
  const call = {
    plugin,
    what: `verb ${name}`,
    ms: verb.deadlineMs ?? defaultDeadlineMs,
    signal: context.signal,
  };
  const code = await callWithin(call, async (signal) => verb.run(input as never, { ...context, signal }));
  return exitCode(code ?? 0, call);
}

function exitCode(code: unknown, { plugin, what }: { plugin: string; what: string }): number {
  if (Number.isInteger(code) && (code as number) >= 0 && (code as number) <= mostExitCode)
    return code as number;
  throw new PouchError(
    'PCH_PLUGIN_CONTRACT',
    `${what} returned ${String(code)}; expected an exit code from 0 to ${mostExitCode}, or nothing`,
    { plugin },
  );
}

function verbsOf({ contributions }: Generation): { plugin: string; verb: Verb }[] {
  return contributions.flatMap(({ plugin, contributed }) =>
    contributed.of('verb').map((verb) => ({ plugin, verb })),
  );
}

function notFound(name: string): PouchError {
  return new PouchError('PCH_NOT_FOUND', `no plugin has the verb ${name}`, {
    hint: '`pouch plugin inspect` lists the verbs of a plugin',
  });
}
