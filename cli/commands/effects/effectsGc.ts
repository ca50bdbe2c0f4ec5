import { exitCodes } from '../../errors.ts';
import { confirm } from '../../output/confirm.ts';
import { alignColumns } from '../../output/table.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';
import type { EffectLeftoverWire } from '../../../client/index.ts';

interface Flags {
  dryRun?: boolean;
  force?: boolean;
}

export function define(command: PouchCommand, session: Session): void {
  command
    .option('--dry-run', 'Only list what would be removed')
    .option('-f, --force', 'Do not prompt for confirmation')
    .action(async ({ dryRun, force }: Flags) => {
      const { pouch } = session.client;
      const found = await pouch.collectEffects({ dryRun: true });
      if (found.length === 0) return session.warn('no effects without a container');
      for (const line of alignColumns([headings, ...found.map(rowOf)])) session.print(line);
      if (dryRun) return;
      if (!force && !(await confirm(session, 'WARNING! This will undo these effects on the host.'))) return;
      const failed = (await pouch.collectEffects()).filter(({ error }) => error !== undefined);
      for (const { sentence, error } of failed) session.warn(`${sentence}: ${error}`);
      if (failed.length > 0) session.exitCode = exitCodes.failure;
    });
}

const headings = ['CONTAINER', 'EFFECT', 'WHY', 'DESCRIPTION'];

function rowOf({ container, key, reason, sentence }: EffectLeftoverWire): string[] {
  return [container.slice(0, 12), key, reason, sentence];
}
