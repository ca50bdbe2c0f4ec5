import type { PluginReloadWire } from '../../client/index.ts';
import { exitCodes } from '../errors.ts';
import type { Printer, Session } from '../Session.ts';
import { changeLines } from './changeLines.ts';

/** Prints what has changed, a line for each plugin and setting. The exit code is 1 if a plugin cannot be loaded. */
export function printReload(
  session: Session,
  { plugins, settings, needRestart }: Omit<PluginReloadWire, 'generation'>,
): void {
  const lines = changeLines(plugins);
  for (const line of lines) session.print(line);
  for (const path of settings) session.print(`setting ${path} has a new value`);
  if (lines.length + settings.length === 0) session.print('nothing has changed');
  printNeedRestart(session, needRestart);
  const isBroken = plugins.some(({ change }) => change === 'kept' || change === 'quarantined');
  if (isBroken) session.exitCode = exitCodes.failure;
}

/** Warns of settings that keep their values for now. */
export function printNeedRestart(session: Printer, needRestart: PluginReloadWire['needRestart']): void {
  for (const { path, why } of needRestart)
    session.warn(`setting ${path} keeps its value until pouchd is restarted: ${why}`);
}
