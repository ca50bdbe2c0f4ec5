import { interruptible } from '../../agent/interruptible.ts';
import { printMessages } from '../../agent/printMessages.ts';
import { printPlan } from '../../agent/printPlan.ts';
import { readGeneration } from '../../agent/readGeneration.ts';
import { conflictingOptions } from '../../errors.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

interface Flags {
  generation?: string;
  dryRun?: boolean;
  forget?: boolean;
}

const help = `
The host: \`pouch rollback\` applies what the newest earlier generation declares that differs from what is in force;
\`pouch rollback 3\` applies generation 3 of \`pouch history\`. The host stays pinned to it until the files change, or
\`pouch apply\` applies them. With --dry-run nothing changes: the exit code is 2 if a rollback had something to do.

A container: \`pouch rollback NAME\` gives it its image and root file system from before its last upgrade; volumes stay as they
are. Another rollback returns to the upgrade. Where a number is the name of a container, --generation and the ID of
the container name what is meant.`;

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('[generation|container]', 'Number of a generation, or name or ID of a container')
    .option('--generation <number>', 'Roll the host back to this generation')
    .option('--dry-run', 'Only print what would be done to the host')
    .option('--forget', 'Instead, free the space of the root file system of a container before its upgrade')
    .addHelpText('after', help)
    .action(async (subject: string | undefined, flags: Flags) => {
      const target = await readTarget(session, subject, flags);
      if ('container' in target) await rollBackContainer(session, target.container, flags);
      else await rollBackHost(session, target.generation, flags);
    });
}

type Target = { readonly container: string } | { readonly generation: number | undefined };

async function readTarget(
  session: Session,
  subject: string | undefined,
  { generation, forget }: Flags,
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
  if (await isContainerName(session, subject))
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

async function rollBackContainer(
  session: Session,
  ref: string,
  { forget = false, dryRun = false }: Flags,
): Promise<void> {
  if (dryRun) throw conflictingOptions('--dry-run is for generations of the host');
  if (forget) return await session.client.containers.forgetRollback(ref);
  const { name, to, restarted } = await session.client.containers.rollback(ref);
  session.print(`${name}: rolled back to ${to.reference}${restarted ? ' and restarted' : ''}`);
}

async function rollBackHost(
  session: Session,
  generation: number | undefined,
  { dryRun = false, forget = false }: Flags,
): Promise<void> {
  if (forget) throw conflictingOptions('--forget needs a container');
  const { agent } = session.client;
  if (!dryRun)
    return await interruptible(session, async (signal) =>
      printMessages(session, await agent.rollback(generation, signal)),
    );
  const { Generation, Plan } = await agent.rollbackPlan(generation);
  session.print(`to generation ${Generation}:`);
  printPlan(session, Plan);
}
