import { resolve } from 'node:path';
import { CliError, exitCodes } from '../../errors.ts';
import { printable } from '../../output/printable.ts';
import { type FieldDifference, replayFile } from '../../plugins/replayFile.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

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
      '\nIt needs no root and no daemon, and exits with 1 if the plan differs from the recorded one.',
    )
    .action(async (file: string, { plugin, format }: Flags) => {
      const { differences, error } = await replayFile(
        resolve(file),
        plugin.map((path) => resolve(path)),
      );
      if (format === 'json') session.print(JSON.stringify({ differences, error }));
      else if (error) throw new CliError(error.code, error.message, error.hint);
      else for (const line of differenceLines(differences)) session.print(line);
      if (error || differences.length > 0) session.exitCode = exitCodes.failure;
    });
}

function differenceLines(differences: readonly FieldDifference[]): string[] {
  if (differences.length === 0) return ['the plan is as it was recorded'];
  return differences.flatMap(({ field, recorded, replayed, plugin, hook }) => [
    `${field}   (${plugin}, ${hook})`,
    `  - ${shown(recorded)}`,
    `  + ${shown(replayed)}`,
  ]);
}

function shown(value: unknown): string {
  return printable(value === undefined ? '(not set)' : JSON.stringify(value));
}
