import { paletteFor } from '../../output/colour.ts';
import { parseTemplate } from '../../output/template.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import { findRuntimes } from '../../runtimes/findRuntimes.ts';
import { runtimeLines } from '../../runtimes/runtimeLines.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('[runtime...]', 'Names or aliases (default all)')
    .option('-f, --format <format>', 'Format output: json, or a Go template such as {{.version}}')
    .action(async (names: string[], { format }: { format?: string }) => {
      const runtimes = await findRuntimes(session, names);
      if (format === 'json') session.print(JSON.stringify(runtimes, null, 4));
      else if (format !== undefined)
        runtimes.map(parseTemplate(format)).forEach((line) => session.print(line));
      else {
        const paint = paletteFor(session.terminal.stdout, session.terminal.env);
        for (const line of runtimes.flatMap((runtime) => runtimeLines(runtime, paint))) session.print(line);
      }
    });
}
