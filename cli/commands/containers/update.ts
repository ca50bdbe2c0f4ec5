import type { ContainerUpdateRequest } from '../../../client/index.ts';
import { forEachRef } from '../../containers/forEachRef.ts';
import { conflictingOptions } from '../../errors.ts';
import { parseRestart } from '../../parse/limits.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import { type LimitFlags, updatableLimits } from '../../run/limitConfig.ts';
import type { Session } from '../../Session.ts';

interface Flags extends LimitFlags {
  restart?: string;
}

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<container...>', 'Names or IDs')
    .option('-m, --memory <size>', 'Memory limit')
    .option('--memory-swap <size>', "Swap limit equal to memory plus swap: '-1' to enable unlimited swap")
    .option('--memory-reservation <size>', 'Memory soft limit')
    .option('--cpus <number>', 'Number of CPUs')
    .option('-c, --cpu-shares <weight>', 'CPU shares (relative weight)')
    .option('--cpu-quota <microseconds>', 'Limit CPU CFS (Completely Fair Scheduler) quota')
    .option('--cpu-period <microseconds>', 'Limit CPU CFS (Completely Fair Scheduler) period')
    .option('--cpuset-cpus <list>', 'CPUs in which to allow execution (0-3, 0,1)')
    .option('--cpuset-mems <list>', 'MEMs in which to allow execution (0-3, 0,1)')
    .option('--pids-limit <number>', 'Tune container pids limit (set -1 for unlimited)')
    .option('--blkio-weight <10-1000>', 'Block IO (relative weight), between 10 and 1000')
    .option(
      '--restart <policy>',
      'Restart policy to apply when a container exits: no, always, unless-stopped or on-failure[:MAX]',
    )
    .action((refs: string[], flags: Flags) => update(session, refs, flags));
}

async function update(session: Session, refs: string[], flags: Flags): Promise<void> {
  const { restart } = flags;
  const body: ContainerUpdateRequest = {
    ...updatableLimits(flags),
    ...(restart !== undefined && { RestartPolicy: parseRestart(restart) }),
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
