import type { ContainerUpdateRequest } from '../../../client/index.ts';
import { forEachRef } from '../../containers/forEachRef.ts';
import { conflictingOptions } from '../../errors.ts';
import { parseRestart } from '../../../client/options/limits.ts';
import { parseSize } from '../../../client/options/size.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import { cgroupLimits } from '../../../client/options/limitConfig.ts';
import { addLiveLimits } from '../../run/runOptions.ts';
import type { Session } from '../../Session.ts';

interface Flags {
  restart?: string;
  diskQuota?: string;
}

export function define(command: PouchCommand, session: Session): void {
  command.argument('<container...>', 'Names or IDs');
  addLiveLimits(command);
  command
    .option(
      '--restart <policy>',
      'Restart policy to apply when a container exits: no, always, unless-stopped or on-failure[:MAX]',
    )
    .option('--disk-quota <size>', 'Grow what its root filesystem can hold')
    .action((refs: string[], flags: Flags) => update(session, refs, flags));
}

async function update(session: Session, refs: string[], flags: Flags): Promise<void> {
  const { restart, diskQuota } = flags;
  const body: ContainerUpdateRequest = {
    ...cgroupLimits(flags),
    ...(restart !== undefined && { RestartPolicy: parseRestart(restart) }),
    ...(diskQuota !== undefined && { StorageOpt: { size: String(parseSize('--disk-quota', diskQuota)) } }),
  };
  if (Object.keys(body).length === 0)
    throw conflictingOptions(
      'expected at least one option, found none',
      'see --help for the options of the command',
    );
  await forEachRef(session, refs, async (ref) => {
    const { Warnings } = await session.client.containers.update(ref, body);
    for (const warning of Warnings ?? []) session.warn(`warning: ${ref}: ${warning}`);
  });
}
