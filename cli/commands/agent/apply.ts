import { printMessage } from '../../agent/printMessage.ts';
import { printPlan } from '../../agent/printPlan.ts';
import { readDeclarations } from '../../agent/readDeclarations.ts';
import { conflictingOptions } from '../../errors.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

interface Flags {
  file?: string;
  hostFiles?: boolean;
  dryRun?: boolean;
  prune?: boolean;
  yes?: boolean;
  rollbackOnFailure?: boolean;
}

const help = `
Reads pouchd.yaml and its conf.d again, and makes the networks, volumes and containers of the host what they declare; changes
made by hand are undone, and the host is no longer pinned to a generation. The exit code is 1 if something has failed or is left.
With --dry-run nothing changes: the exit code is 2 if an apply had something to do.
With -f the profiles, networks, volumes and containers of FILE are in force in the place of those of the host's files: also
after a restart, until another file is applied, or --host-files.
See docs/guides/host-agent.md.`;

export function define(command: PouchCommand, session: Session): void {
  command
    .option(
      '-f, --file <file>',
      "Apply a file in the place of the declarations of the host's files; - for stdin",
    )
    .option('--host-files', "Return to the declarations of the host's files")
    .option('--dry-run', 'Only print what would be done')
    .option('--prune', 'Remove containers also if these are more than a third of those that run; needs --yes')
    .option('-y, --yes', 'Confirm --prune')
    .option('--rollback-on-failure', 'If an object fails, roll back to the last generation without failures')
    .addHelpText('after', help)
    .action(async (flags: Flags) => {
      const { dryRun = false, prune = false, yes = false, rollbackOnFailure = false } = flags;
      const { file: path, hostFiles = false } = flags;
      if (path !== undefined && hostFiles)
        throw conflictingOptions('--file and --host-files exclude each other');
      if (prune && !yes && !dryRun) throw conflictingOptions('--prune needs --yes, or --dry-run');
      const { agent } = session.client;
      const file = path === undefined ? undefined : await readDeclarations(session, path);
      const declared = { prune, hostFiles, ...(file && { file }) };
      if (dryRun) return printPlan(session, await agent.plan(declared));
      for await (const message of await agent.apply({ ...declared, rollbackOnFailure }))
        printMessage(session, message);
    });
}
