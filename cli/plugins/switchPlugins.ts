import type { PluginSwitchWire } from '../../client/index.ts';
import { exitCodes } from '../errors.ts';
import { reportError } from '../reportError.ts';
import type { Session } from '../Session.ts';
import { changeLines } from './changeLines.ts';

/** Changes one plugin after another, and prints what each call has changed. The exit code is 1 if any failed. */
export async function switchPlugins(
  session: Session,
  names: readonly string[],
  change: (name: string) => Promise<PluginSwitchWire>,
): Promise<void> {
  for (const name of names)
    try {
      const { plugins, warnings } = await change(name);
      for (const warning of warnings) session.warn(`warning: plugin ${name}: ${warning}`);
      for (const line of changeLines(plugins)) session.print(line);
      if (plugins.length === 0) session.print(`${name} is unchanged`);
    } catch (error) {
      reportError(error, session.terminal);
      session.exitCode = exitCodes.failure;
    }
}
