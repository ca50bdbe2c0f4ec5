/** Changes several hosts: all are checked first, then one goes ahead, then the others follow. */
import type { Client } from '../../client/index.ts';
import { interruptible } from '../agent/interruptible.ts';
import { exitCodes } from '../errors.ts';
import { alignColumns } from '../output/table.ts';
import type { Session } from '../Session.ts';
import type { FleetHost } from './chosenHosts.ts';
import { clientOf } from './clientOf.ts';
import { HostOutput } from './HostOutput.ts';
import type { HostRun, HostRunOptions } from './HostRun.ts';
import { readParallel } from './readParallel.ts';
import { type Ending, rollOut } from './rollOut.ts';
import { readsAtOnce, sideBySide } from './sideBySide.ts';

export interface FleetOptions {
  readonly hosts: readonly FleetHost[];
  /** For all of a host to be up. */
  readonly waitMs: number;
  readonly dryRun: boolean;
  /** `3` or `25%`. */
  readonly parallel: string;
}

/** @param runOf the change of one host */
export async function changeFleet(
  session: Session,
  { hosts, waitMs, dryRun, parallel: share }: FleetOptions,
  runOf: (options: HostRunOptions) => HostRun,
): Promise<void> {
  const parallel = readParallel(share, hosts.length);
  const width = Math.max(...hosts.map(({ name }) => name.length));
  const clients: Client[] = hosts.map(({ address }) => clientOf(session, address));
  try {
    await interruptible(session, async (signal) => {
      const runs = hosts.map(({ name }, index) => {
        const output = new HostOutput(session, name, width);
        return runOf({ name, client: clients[index]!, output, waitMs, signal });
      });
      const ready = await checkAll(runs);
      if (dryRun) return printPlans(session, runs, ready);
      if (runs.every((run) => ready.has(run))) return await changeAll(session, runs, parallel, signal);
      session.warn('nothing was changed on any host');
      session.exitCode = exitCodes.failure;
    });
  } finally {
    for (const client of clients) client.close();
  }
}

async function checkAll(runs: readonly HostRun[]): Promise<ReadonlySet<HostRun>> {
  const ready = new Set<HostRun>();
  await sideBySide(runs, readsAtOnce, async (run) => {
    if (await run.check()) ready.add(run);
  });
  return ready;
}

/** The exit code is 1 if a host cannot be changed, else 2 if one has something to do. */
function printPlans(session: Session, runs: readonly HostRun[], ready: ReadonlySet<HostRun>): void {
  for (const run of runs) run.printPlan();
  session.exitCode = runs.every((run) => ready.has(run))
    ? Math.max(...runs.map(({ output }) => output.exitCode))
    : exitCodes.failure;
}

async function changeAll(
  session: Session,
  runs: readonly HostRun[],
  parallel: number,
  signal: AbortSignal,
): Promise<void> {
  const byName = new Map(runs.map((run) => [run.name, run]));
  const endings = await rollOut([...byName.keys()], {
    parallel,
    signal,
    change: (name) => byName.get(name)!.change(),
  });
  const rows = runs.map(({ name, detail }) => [name, endings.get(name)!, detail]);
  for (const line of alignColumns([['HOST', 'STATE', 'DETAIL'], ...rows])) session.print(line);
  const all: readonly Ending[] = [...endings.values()];
  if (!all.every((ending) => ending === 'done')) session.exitCode = exitCodes.failure;
}
