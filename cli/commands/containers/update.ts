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
    .argument('<container...>', 'names or ids')
    .option('-m, --memory <size>', 'memory')
    .option('--memory-swap <size>', 'memory and swap together; -1 for no limit of swap')
    .option('--memory-reservation <size>', 'memory it keeps when the host runs short')
    .option('--cpus <number>', 'CPUs: 1.5')
    .option('-c, --cpu-shares <weight>', 'weight when CPUs are short')
    .option('--cpu-quota <microseconds>', 'CPU time per period; -1 for no limit')
    .option('--cpu-period <microseconds>', 'length of a period')
    .option('--cpuset-cpus <list>', 'CPUs it may use: 0-2,4')
    .option('--cpuset-mems <list>', 'memory nodes it may use')
    .option('--pids-limit <number>', 'processes and threads; -1 for no limit')
    .option('--blkio-weight <10-1000>', 'weight when block devices are busy')
    .option('--restart <policy>', 'no, always, unless-stopped or on-failure[:MAX]')
    .action((refs: string[], flags: Flags) => update(session, refs, flags));
}

async function update(session: Session, refs: string[], flags: Flags): Promise<void> {
  const { restart } = flags;
  const body: ContainerUpdateRequest = {
    ...updatableLimits(flags),
    ...(restart !== undefined && { RestartPolicy: parseRestart(restart) }),
  };
  if (Object.keys(body).length === 0)
    throw conflictingOptions('give at least one option to change', 'see --help');
  await forEachRef(session, refs, async (ref) => {
    const { Warnings } = await session.client.containers.update(ref, body);
    for (const warning of Warnings ?? []) session.warn(`warning: ${ref}: ${warning}`);
  });
}
