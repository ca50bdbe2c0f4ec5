import type { AgentMessage, PluginReloadWire } from '../../../client/index.ts';
import { planLines } from '../../agent/planLines.ts';
import { conflictingOptions, exitCodes } from '../../errors.ts';
import { changeLines } from '../../plugins/changeLines.ts';
import { printNeedRestart } from '../../plugins/printReload.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

interface Flags {
  dryRun?: boolean;
  prune?: boolean;
  yes?: boolean;
}

const help = `
Reads pouchd.yaml and its conf.d again, and makes the networks, volumes and containers of the host what they declare; changes
made by hand are undone. The exit code is 1 if something has failed or is left.
With --dry-run nothing changes: the exit code is 2 if an apply had something to do.
See docs/guides/host-agent.md.`;

/** The exit code of a dry run with something to do. */
const pending = 2;

export function define(command: PouchCommand, session: Session): void {
  command
    .option('--dry-run', 'Only print what would be done')
    .option('--prune', 'Remove containers also if these are more than a third of those that run; needs --yes')
    .option('-y, --yes', 'Confirm --prune')
    .addHelpText('after', help)
    .action(async (flags: Flags) => {
      const { dryRun = false, prune = false, yes = false } = flags;
      if (prune && !yes && !dryRun) throw conflictingOptions('--prune needs --yes, or --dry-run');
      await (dryRun ? printPlan(session, prune) : apply(session, prune));
    });
}

async function printPlan(session: Session, prune: boolean): Promise<void> {
  const plan = await session.client.agent.plan({ prune });
  for (const line of planLines(plan)) session.print(line);
  if (plan.Problems.length > 0) session.exitCode = exitCodes.failure;
  else if (plan.Steps.length > 0) session.exitCode = pending;
  else session.print('nothing to do');
}

async function apply(session: Session, prune: boolean): Promise<void> {
  for await (const message of await session.client.agent.apply({ prune })) print(session, message);
}

/** What of the files is not in force. */
function printUnread(session: Session, { plugins, needRestart }: PluginReloadWire): void {
  const unread = plugins.filter(({ change }) => change === 'kept' || change === 'quarantined');
  for (const line of changeLines(unread)) session.warn(line);
  if (unread.length > 0) session.exitCode = exitCodes.failure;
  printNeedRestart(session, needRestart);
}

function print(session: Session, message: AgentMessage): void {
  if ('reload' in message) return printUnread(session, message.reload);
  if ('plan' in message) {
    for (const line of planLines(message.plan)) session.print(line);
    if (message.plan.Steps.some(({ Action, Held }) => Action === 'remove' && Held !== undefined))
      session.print('pouch apply --prune --yes removes what is held');
    if (message.plan.Problems.length > 0) session.exitCode = exitCodes.failure;
    return;
  }
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
