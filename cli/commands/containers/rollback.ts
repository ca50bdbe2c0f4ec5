import { interruptible } from '../../agent/interruptible.ts';
import { printMessages } from '../../agent/printMessages.ts';
import { printPlan } from '../../agent/printPlan.ts';
import { readGeneration } from '../../agent/readGeneration.ts';
import { readWait } from '../../agent/readWait.ts';
import { conflictingOptions } from '../../errors.ts';
import { rollBackFleet } from '../../fleet/rollBackFleet.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

interface Flags {
  generation?: string;
  host?: string;
  parallel?: string;
  dryRun?: boolean;
  wait?: boolean;
  timeout?: string;
  forget?: boolean;
}

const help = `
The host: \`pouch rollback\` applies what the newest earlier generation declares that differs from what is in force;
\`pouch rollback 3\` applies generation 3 of \`pouch history\`. The host stays pinned to it until the files change, or
\`pouch apply\` applies them. With --dry-run nothing changes: the exit code is 2 if a rollback had something to do.
With --wait it returns once all are as declared and up, as \`pouch apply --wait\`.

Several hosts: \`pouch rollback -H web1,web2\` returns each to its own previous generation, with --wait: all are checked first, then
the first one alone must be up before the others follow. One that was rolled back already stays there, so that the same command
continues after a failure. A number takes one host. A host is an address, the name of a context, or a name that ssh knows.

A container: \`pouch rollback NAME\` gives it its image and root file system from before its last upgrade; volumes stay as they
are. Another rollback returns to the upgrade. Where a number is the name of a container, --generation and the ID of
the container name what is meant.`;

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('[generation|container]', 'Number of a generation, or name or ID of a container')
    .option('--generation <number>', 'Roll the host back to this generation')
    .option('-H, --host <host,...>', 'Hosts to roll back, each to its previous generation')
    .option(
      '--parallel <number>',
      'How many hosts at once after the first, or a percentage of them (default 25%)',
    )
    .option('--dry-run', 'Only print what would be done to the host')
    .option('--wait', 'Return only once all declared objects are up')
    .option(
      '--timeout <duration>',
      'How long to wait, with --wait or several hosts, at most 30m (default 2m)',
    )
    .option('--forget', 'Instead, free the space of the root file system of a container before its upgrade')
    .addHelpText('after', help)
    .action(async (subject: string | undefined, flags: Flags) => {
      const { host } = flags;
      const target = await readTarget(session, subject, flags);
      if ('container' in target) return await rollBackContainer(session, target.container, flags);
      const { generation } = target;
      checkFlags(flags);
      const waitMs = readWait(flags.timeout);
      const { dryRun = false, parallel = '25%' } = flags;
      if (host !== undefined)
        return await rollBackFleet(session, { host, generation, waitMs, dryRun, parallel });
      await rollBackHost(session, { generation, dryRun, ...(flags.wait && { waitMs }) });
    });
}

type Target = { readonly container: string } | { readonly generation: number | undefined };

async function readTarget(
  session: Session,
  subject: string | undefined,
  { generation, host, forget }: Flags,
): Promise<Target> {
  if (generation !== undefined) {
    if (subject !== undefined) throw conflictingOptions('--generation takes the place of an argument');
    return { generation: readGeneration(generation) };
  }
  if (subject === undefined) {
    if (forget) throw conflictingOptions('--forget needs a container');
    return { generation: undefined };
  }
  if (forget || !/^[1-9]\d{0,5}$/.test(subject)) return { container: subject };
  if (host === undefined && (await isContainerName(session, subject)))
    throw conflictingOptions(
      `expected a generation or a container, found "${subject}", which is a container and may be a generation`,
      `\`pouch rollback --generation ${subject}\` rolls the host back, \`pouch rollback\` with its ID the container`,
    );
  return { generation: Number(subject) };
}

async function isContainerName({ client }: Session, name: string): Promise<boolean> {
  const found = await client.containers.list({ all: true, filters: { name: [name] } });
  return found.some(({ Names }) => Names.includes(`/${name}`));
}

/** @throws OptionError */
function checkFlags({ host, parallel, dryRun, wait, timeout, forget }: Flags): void {
  if (forget) throw conflictingOptions('--forget needs a container');
  if (wait && dryRun) throw conflictingOptions('--wait and --dry-run exclude each other');
  if (host !== undefined) return;
  if (parallel !== undefined) throw conflictingOptions('--parallel needs several hosts: -H HOST,HOST');
  if (!wait && timeout !== undefined) throw conflictingOptions('--timeout needs --wait');
}

async function rollBackContainer(session: Session, ref: string, flags: Flags): Promise<void> {
  const { forget = false, ...others } = flags;
  const [ofHosts] = Object.keys(others);
  if (ofHosts !== undefined)
    throw conflictingOptions(
      `expected the number of a generation with --${ofHosts === 'dryRun' ? 'dry-run' : ofHosts}, found "${ref}"`,
      'rollbacks of containers take --forget alone; `pouch -H HOST rollback NAME` rolls back one of another host',
    );
  if (forget) return await session.client.containers.forgetRollback(ref);
  const { name, to, restarted } = await session.client.containers.rollback(ref);
  session.print(`${name}: rolled back to ${to.reference}${restarted ? ' and restarted' : ''}`);
}

async function rollBackHost(
  session: Session,
  options: { generation: number | undefined; dryRun: boolean; waitMs?: number },
): Promise<void> {
  const { agent } = session.client;
  const { generation, dryRun, waitMs } = options;
  if (!dryRun)
    return await interruptible(session, async (signal) => {
      const target = {
        ...(generation !== undefined && { generation }),
        ...(waitMs !== undefined && { waitMs }),
      };
      await printMessages(session, await agent.rollback(target, signal));
    });
  const { Generation, Plan } = await agent.rollbackPlan(generation);
  session.print(`to generation ${Generation}:`);
  printPlan(session, Plan);
}
