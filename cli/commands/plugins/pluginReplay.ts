import { resolve } from 'node:path';
import { CliError, exitCodes } from '../../errors.ts';
import { shownValue } from '../../output/shownValue.ts';
import { type FieldDifference, replayFile, type ReplayReport } from '../../plugins/replayFile.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

type ScriptChange = NonNullable<ReplayReport['scripts']>[number];

interface Flags {
  plugin: string[];
  format: string;
}

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<file>', 'A recording, as `pouch record` writes it')
    .option(
      '--plugin <path>',
      'File or folder of a plugin, in place of the recorded one of its name or beside them (repeatable)',
      (path: string, paths: string[]) => [...paths, path],
      [],
    )
    .option('--format <format>', 'Format output: text or json', 'text')
    .addHelpText(
      'after',
      '\nIt needs no root and no daemon, and exits with 1 if the plan differs from the recorded one, or a script of it does.',
    )
    .action(async (file: string, { plugin, format }: Flags) => {
      const {
        differences,
        scripts = [],
        error,
      } = await replayFile(
        resolve(file),
        plugin.map((path) => resolve(path)),
      );
      if (format === 'json') session.print(JSON.stringify({ differences, scripts, error }));
      else if (error) throw new CliError(error.code, error.message, error.hint);
      else for (const line of reportLines(differences, scripts)) session.print(line);
      if (error || differences.length > 0 || scripts.length > 0) session.exitCode = exitCodes.failure;
    });
}

function reportLines(differences: readonly FieldDifference[], scripts: readonly ScriptChange[]): string[] {
  if (differences.length + scripts.length === 0) return ['the plan is as it was recorded'];
  const lines = [...differenceLines(differences), ...scripts.map(scriptLine)];
  // Scripts are not run again: what a changed one would do is not among the fields.
  return differences.length > 0
    ? lines
    : ['no field differs, but scripts that took part in the plan do:', ...lines];
}

function scriptLine({ plugin, path, change }: ScriptChange): string {
  const what = change === 'missing' ? 'does not exist here' : 'has changed since the recording';
  return `${plugin}: ${path} ${what}`;
}

function differenceLines(differences: readonly FieldDifference[]): string[] {
  return differences.flatMap(({ field, recorded, replayed, plugin, hook }) => [
    `${field}   (${plugin}, ${hook})`,
    `  - ${shownValue(recorded)}`,
    `  + ${shownValue(replayed)}`,
  ]);
}
