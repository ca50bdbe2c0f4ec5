import type { AgentDrift } from '../../../client/index.ts';
import { reportHosts } from '../../fleet/reportHosts.ts';
import { shownWord } from '../../agent/shownWord.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

const help = `
Below each object are the fields that differ from its declaration, what was done to it since the last apply, and who did it,
as far as pouchd remembers. pouch apply undoes it; pouch adopt prints a declaration of what the host has.
The exit code is 1 if something was changed.
With -H each line begins with its host, and with --format json it is an object of one: {"Host": …, "Drift": […]}. A host that
does not respond is reported, and the exit code is 1.`;

export function define(command: PouchCommand, session: Session): void {
  command
    .option('-H, --host <host,...>', 'Hosts to ask, with commas between them')
    .option('--format <format>', 'Format output: json')
    .addHelpText('after', help)
    .action((flags: { host?: string; format?: string }) =>
      reportHosts(session, flags, {
        read: (agent, signal) => agent.drift(signal),
        print(output, drifted) {
          if (flags.format === 'json') output.print(JSON.stringify(drifted));
          else for (const line of drifted.flatMap(linesOf)) output.print(line);
        },
        json: (drifted) => ({ Drift: drifted }),
        isBad: (drifted) => drifted.length > 0,
      }),
    );
}

function linesOf({ Kind, Name, Changes, Events }: AgentDrift): string[] {
  const fields = Changes.map(({ Field, Declared, Found, Origin }) => {
    const origin = Origin === undefined ? '' : `  (${Origin})`;
    return `    ${Field}: declared ${shownWord(Declared)}, found ${shownWord(Found)}${origin}`;
  });
  return [
    `${Kind} ${Name}${Changes.length === 0 ? ': stopped' : ''}`,
    ...fields,
    ...Events.map(({ At, Action, By }) => `    ${At} ${Action} by ${By}`),
  ];
}
