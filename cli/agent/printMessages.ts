import type { AgentMessage, AgentRollback, AgentUp, PluginReloadWire } from '../../client/index.ts';
import { exitCodes } from '../errors.ts';
import { changeLines } from '../plugins/changeLines.ts';
import { printNeedRestart } from '../plugins/printReload.ts';
import type { Printer } from '../Session.ts';
import { planLines } from './planLines.ts';

/** Prints an apply or a rollback, and sets the exit code. */
export async function printMessages(session: Printer, messages: AsyncIterable<AgentMessage>): Promise<void> {
  let hasRolledBack = false;
  let hasBegun = false;
  let ofReload = session.exitCode;
  for await (const message of messages) {
    // What has failed at first may have come up since.
    if ('up' in message && !hasRolledBack) session.exitCode = ofReload;
    // The first message is that of a rollback which was asked for.
    hasRolledBack ||= hasBegun && 'rollback' in message;
    hasBegun = true;
    printMessage(session, message);
    if ('reload' in message) ofReload = session.exitCode;
  }
}

function printMessage(session: Printer, message: AgentMessage): void {
  if ('reload' in message) return printUnread(session, message.reload);
  if ('rollback' in message) return printRollback(session, message.rollback);
  if ('plan' in message) {
    for (const line of planLines(message.plan)) session.print(line);
    if (message.plan.Steps.some(({ Action, Held }) => Action === 'remove' && Held !== undefined))
      session.print('pouch apply --prune --yes removes what is held');
    if (message.plan.Problems.length > 0) session.exitCode = exitCodes.failure;
    return;
  }
  if ('up' in message) return printUp(session, message.up);
  if ('progress' in message) {
    const { Kind, Name, Action, Error, Waits } = message.progress;
    if (Error)
      session.warn(
        `${Kind} ${Name}: ${Action} failed: ${Error.Message}${Error.Hint ? ` (${Error.Hint})` : ''}`,
      );
    else session.print(`${Kind} ${Name}: ${Waits === undefined ? `${Action} done` : `waits for ${Waits}`}`);
    return;
  }
  const { Done, Failed, Left, Generation } = message.outcome;
  if (Failed + Left > 0) session.exitCode = exitCodes.failure;
  if (Generation === undefined && Left === 0) session.print('nothing to do');
  else if (Generation !== undefined)
    session.print(`generation ${Generation}: ${Done} done, ${Failed} failed, ${Left} left`);
}

function printUp(session: Printer, { Declared, Missing }: AgentUp): void {
  for (const { Kind, Name, Why } of Missing) session.warn(`${Kind} ${Name}: not up: ${Why}`);
  if (Missing.length > 0) session.exitCode = exitCodes.failure;
  else session.print(`${Declared} declared objects are up`);
}

/** What of the files is not in force. */
function printUnread(session: Printer, { plugins, needRestart }: PluginReloadWire): void {
  const unread = plugins.filter(({ change }) => change === 'kept' || change === 'quarantined');
  for (const line of changeLines(unread)) session.warn(line);
  if (unread.length > 0) session.exitCode = exitCodes.failure;
  printNeedRestart(session, needRestart);
}

function printRollback(session: Printer, { Generation }: AgentRollback): void {
  if (Generation === undefined)
    session.warn('nothing was rolled back: no earlier generation without failures');
  else session.print(`rolling back to generation ${Generation}`);
}
