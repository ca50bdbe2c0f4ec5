import type { VerbWire } from '../../client/index.ts';
import { connectionOf } from '../commandPath.ts';
import { commandTree } from '../commandTree.ts';
import type { PouchCommand } from '../PouchCommand.ts';
import type { Session } from '../Session.ts';
import { defineVerb } from './defineVerb.ts';

/** Milliseconds that help, completion and an unknown name wait for pouchd. */
const patienceMs = 1000;

/** Adds the verbs of plugins to a program. Without a daemon it has none. */
export async function addVerbs(
  program: PouchCommand,
  session: Session,
  args: string[],
): Promise<PouchCommand> {
  session.connection = connectionOf(program, args);
  const verbs = await session.client.extensions
    .verbs(AbortSignal.timeout(patienceMs))
    .catch((): VerbWire[] => []);
  for (const verb of verbs) if (!isBuiltIn(verb.name)) program.addCommand(defineVerb(program, verb, session));
  return program;
}

/** Whether the arguments may name a verb, or ask for help. */
export function needsVerbs([name]: string[], args: string[]): boolean {
  if (name === undefined) return args.some((arg) => arg === 'help' || arg === '-h' || arg === '--help');
  return !isBuiltIn(name);
}

function isBuiltIn(name: string): boolean {
  return name === 'help' || commandTree.some((entry) => entry.name === name || entry.aliases?.includes(name));
}
