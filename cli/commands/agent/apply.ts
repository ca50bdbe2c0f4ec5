import { interruptible } from '../../agent/interruptible.ts';
import { printMessages } from '../../agent/printMessages.ts';
import { printPlan } from '../../agent/printPlan.ts';
import { readDeclarations } from '../../agent/readDeclarations.ts';
import { readWait } from '../../agent/readWait.ts';
import { ApplyRun } from '../../fleet/ApplyRun.ts';
import { changeFleet } from '../../fleet/changeFleet.ts';
import { chosenHosts, splitHosts } from '../../fleet/chosenHosts.ts';
import { FleetFile } from '../../fleet/FleetFile.ts';
import { reportHosts } from '../../fleet/reportHosts.ts';
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
  wait?: boolean;
  timeout?: string;
  host?: string;
  parallel?: string;
  pause?: boolean;
  resume?: boolean;
}

const help = `
Reads pouchd.yaml and its conf.d again, and makes the networks, volumes and containers of the host what they declare; changes
made by hand are undone, and the host is no longer pinned to a generation. The exit code is 1 if something has failed or is left.
It returns once each container was created and started; containers that are replaced or restarted, and those that others wait
for, have come up by then. With --wait it returns once all are as declared and up: rich ones are ready, those with a health check
healthy. The exit code is 1 if some are not, which are listed with the reason, after --timeout, or once they cannot come up.
With --dry-run nothing changes: the exit code is 2 if an apply had something to do.
With -f the profiles, networks, volumes, images and containers of FILE are in force in the place of those of the host's files: also
after a restart, until another file is applied, or --host-files.
With --rollback-on-failure and --wait, a host that does not come up is rolled back, too.
With -H, or a file that has \`hosts\`, several hosts are applied to, each with --wait: all are checked first, then the first one
alone must be up as declared before the others follow. A host is an address, the name of a context, or a name that ssh knows.
--pause holds all of them at once; --resume resumes each as its turn comes.
Ctrl-C ends the command, and pouchd completes what it has begun: the exit code is 130.
See docs/guides/host-agent.md and docs/guides/fleets.md.`;

export function define(command: PouchCommand, session: Session): void {
  command
    .option(
      '-f, --file <file>',
      "Apply a file in the place of the declarations of the host's files; - for stdin",
    )
    .option('--host-files', "Return to the declarations of the host's files")
    .option('-H, --host <host,...>', 'Hosts, or those of the file to apply to')
    .option(
      '--parallel <number>',
      'How many hosts at once after the first, or a percentage of them (default 25%)',
    )
    .option('--pause', 'Change nothing from now on, until --resume; steps under way are completed')
    .option('--resume', 'End a pause, and apply what is due')
    .option('--dry-run', 'Only print what would be done')
    .option('--prune', 'Remove containers also if these are more than a third of those that run; needs --yes')
    .option('-y, --yes', 'Confirm --prune')
    .option('--rollback-on-failure', 'If an object fails, roll back to the last generation without failures')
    .option('--wait', 'Return only once all declared objects are up')
    .option(
      '--timeout <duration>',
      'How long to wait, with --wait or several hosts, at most 30m (default 2m)',
    )
    .addHelpText('after', help)
    .action(async (flags: Flags) => {
      checkFlags(flags);
      if (flags.pause) return await pause(session, flags.host);
      const { dryRun = false, prune = false, rollbackOnFailure = false, hostFiles = false } = flags;
      const { resume = false, parallel = '25%', wait = false } = flags;
      const file = flags.file === undefined ? undefined : await readDeclarations(session, flags.file);
      const fleet = file && new FleetFile(file);
      const named = flags.host ?? (fleet?.hosts.length ? session.connection.host : undefined);
      const hosts = chosenHosts(named === undefined ? undefined : splitHosts(named), fleet);
      const waitMs = readWait(flags.timeout);
      if (hosts.length > 0)
        return await changeFleet(session, { hosts, waitMs, dryRun, parallel }, (run) => {
          const declared = fleet ? { file: fleet.for(run.name) } : { hostFiles };
          return new ApplyRun({ ...run, ...declared, prune, rollbackOnFailure, resume });
        });
      if (flags.parallel !== undefined)
        throw conflictingOptions('--parallel needs several hosts: -H HOST,HOST');
      if (!wait && flags.timeout !== undefined) throw conflictingOptions('--timeout needs --wait');
      const { agent } = session.client;
      if (resume && !dryRun) await agent.resume();
      const declared = { prune, hostFiles, ...(file && { file }) };
      if (dryRun) return printPlan(session, await agent.plan(declared));
      const options = { ...declared, rollbackOnFailure, ...(wait && { waitMs }) };
      await interruptible(session, async (signal) =>
        printMessages(session, await agent.apply(options, signal)),
      );
    });
}

async function pause(session: Session, host: string | undefined): Promise<void> {
  await reportHosts(session, host === undefined ? {} : { host }, {
    read: (agent, signal) => agent.pause(signal),
    print(output) {
      if (host !== undefined) output.print('paused');
    },
    json: () => ({}),
  });
}

/** @throws OptionError */
function checkFlags(flags: Flags): void {
  const { file, hostFiles, prune, yes, dryRun } = flags;
  const { pause, host: _host, ...others } = flags;
  if (pause && Object.keys(others).length > 0)
    throw conflictingOptions('--pause takes --host and no other option');
  if (prune && !yes && !dryRun) throw conflictingOptions('--prune needs --yes, or --dry-run');
  if (flags.wait && dryRun) throw conflictingOptions('--wait and --dry-run exclude each other');
  if (file !== undefined && hostFiles) throw conflictingOptions('--file and --host-files exclude each other');
}
