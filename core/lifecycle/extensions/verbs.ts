import { Type } from '@sinclair/typebox';
import type { VerbInfo } from '../../../hooks/engine.ts';
import type { Verb, VerbContext } from '../../../hooks/contributions/verb.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { verbDeadlineMs } from '../../contract/driverDeadlines.ts';
import { exitCodeOf } from '../../contract/exitCodeOf.ts';
import { callWithin, checkInput, type Generation } from '../../plugins/index.ts';
import { withOutput } from './withOutput.ts';

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
    ms: verbDeadlineMs(verb),
    signal: context.signal,
  };
  return await callWithin(call, (signal) =>
    withOutput({ ...context, signal }, async (own) => exitCodeOf(await verb.run(input as never, own), name)),
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
