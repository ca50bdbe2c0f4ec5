import { forEachRef } from '../../containers/forEachRef.ts';
import { chosenContext, chooseContext, currentContext, defaultContext } from '../../context/current.ts';
import { checkContextName, readContext, removeContext } from '../../context/store.ts';
import { CliError } from '../../errors.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<context...>', 'Names')
    .option('-f, --force', 'Remove the current context, and succeed if a context does not exist')
    .action((names: string[], { force = false }: { force?: boolean }) =>
      forEachRef(session, names, async (name) => remove(session, name, force)),
    );
}

function remove(session: Session, name: string, force: boolean): void {
  const { env } = session.terminal;
  checkContextName(name);
  if (currentContext(session.connection, env).name === name && !force)
    throw new CliError(
      'PCH_CONFLICT',
      `the context "${name}" is in use`,
      'use another one first, or --force',
    );
  try {
    readContext(env, name);
  } catch (error) {
    const { code } = error as CliError;
    if (!force) throw error;
    if (code === 'PCH_CONTEXT_NOT_FOUND') return;
  }
  removeContext(env, name);
  if (chosenContext(env) === name) chooseContext(env, defaultContext);
}
