import type { AgentDrift } from '../../../client/index.ts';
import { exitCodes } from '../../errors.ts';
import { shownValue } from '../../output/shownValue.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

const help = `
Below each object are the fields that differ from its declaration, what was done to it since the last apply, and who did it,
as far as pouchd remembers. pouch apply undoes it; pouch adopt prints a declaration of what the host has.
The exit code is 1 if something was changed.`;

export function define(command: PouchCommand, session: Session): void {
  command
    .option('--format <format>', 'Format output: json')
    .addHelpText('after', help)
    .action(async ({ format }: { format?: string }) => {
      const drifted = await session.client.agent.drift();
      if (format === 'json') session.print(JSON.stringify(drifted));
      else for (const line of drifted.flatMap(linesOf)) session.print(line);
      if (drifted.length > 0) session.exitCode = exitCodes.failure;
    });
}

function linesOf({ Kind, Name, Changes, Events }: AgentDrift): string[] {
  const fields = Changes.map(({ Field, Declared, Found, Origin }) => {
    const origin = Origin === undefined ? '' : `  (${Origin})`;
    return `    ${Field}: declared ${shownValue(Declared)}, found ${shownValue(Found)}${origin}`;
  });
  return [
    `${Kind} ${Name}${Changes.length === 0 ? ': stopped' : ''}`,
    ...fields,
    ...Events.map(({ At, Action, By }) => `    ${At} ${Action} by ${By}`),
  ];
}
