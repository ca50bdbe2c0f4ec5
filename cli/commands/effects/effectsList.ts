import { printListing } from '../../output/listing.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

const columns: [string, string][] = [
  ['EFFECT', 'Effect'],
  ['STAGE', 'Stage'],
  ['STATE', 'State'],
  ['PLUGIN', 'Plugin'],
  ['DESCRIPTION', 'Description'],
];

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container>', 'Name or ID')
    .option('-q, --quiet', 'Only display the keys of the effects')
    .option('--format <format>', 'Format output: table, json, or a Go template such as {{.Effect}}')
    .action(async (ref: string, flags: { quiet?: boolean; format?: string }) => {
      const effects = await session.client.pouch.effects(ref);
      const rows = effects.map(({ key, kind, stage, state, plugin = '', status = '', sentence }) => ({
        Effect: key,
        Kind: kind,
        Stage: stage,
        State: status === '' ? state : `${state}, ${status}`,
        Plugin: plugin,
        Description: sentence,
      }));
      printListing(session, { columns, rows, key: 'Effect' }, flags);
    });
}
