/** Applies to several hosts: all are checked first, then one goes ahead, then the others follow. */
import { interruptible } from '../agent/interruptible.ts';
import { printPlan } from '../agent/printPlan.ts';
import { exitCodes } from '../errors.ts';
import { alignColumns } from '../output/table.ts';
import type { Session } from '../Session.ts';
import type { FleetHost } from './chosenHosts.ts';
import { clientOf } from './clientOf.ts';
import type { FleetFile } from './FleetFile.ts';
import { HostOutput } from './HostOutput.ts';
import { HostRun } from './HostRun.ts';
import { readParallel } from './readParallel.ts';
import { type Ending, rollOut } from './rollOut.ts';
import { readsAtOnce, sideBySide } from './sideBySide.ts';

export interface FleetOptions {
  readonly hosts: readonly FleetHost[];
  /** Missing: what is in force on each host. */
  readonly fleet: FleetFile | undefined;
  readonly hostFiles: boolean;
  readonly prune: boolean;
  readonly rollbackOnFailure: boolean;
  readonly resume: boolean;
  /** For all of a host to be up. */
  readonly waitMs: number;
  readonly dryRun: boolean;
  /** `3` or `25%`. */
  readonly parallel: string;
}

export async function applyFleet(session: Session, options: FleetOptions): Promise<void> {
  const { hosts, dryRun } = options;
  const parallel = readParallel(options.parallel, hosts.length);
  const clients = hosts.map(({ address }) => clientOf(session, address));
  try {
    await interruptible(session, async (signal) => {
      const runs = hosts.map((_host, index) => runOf(session, options, index, clients[index]!, signal));
      const ready = await checkAll(runs);
      if (dryRun) return printPlans(session, runs, ready);
      if (runs.every((run) => ready.has(run))) return await applyAll(session, runs, parallel, signal);
      session.warn('nothing was changed on any host');
      session.exitCode = exitCodes.failure;
    });
  } finally {
    for (const client of clients) client.close();
  }
}

function runOf(
  session: Session,
  { hosts, fleet, hostFiles, prune, rollbackOnFailure, resume, waitMs }: FleetOptions,
  index: number,
  client: ReturnType<typeof clientOf>,
  signal: AbortSignal,
): HostRun {
  const { name } = hosts[index]!;
  const output = new HostOutput(session, name, Math.max(...hosts.map((host) => host.name.length)));
  const declared = fleet ? { file: fleet.for(name) } : { hostFiles };
  return new HostRun({ name, client, output, prune, rollbackOnFailure, resume, waitMs, signal, ...declared });
}

async function checkAll(runs: readonly HostRun[]): Promise<ReadonlySet<HostRun>> {
  const ready = new Set<HostRun>();
  await sideBySide(runs, readsAtOnce, async (run) => {
    if (await run.check()) ready.add(run);
  });
  return ready;
}

/** The exit code is 1 if a host cannot be applied to, else 2 if one has something to do. */
function printPlans(session: Session, runs: readonly HostRun[], ready: ReadonlySet<HostRun>): void {
  for (const run of runs) if (run.plan) printPlan(run.output, { ...run.plan, Problems: [] });
  session.exitCode = runs.every((run) => ready.has(run))
    ? Math.max(...runs.map(({ output }) => output.exitCode))
    : exitCodes.failure;
}

async function applyAll(
  session: Session,
  runs: readonly HostRun[],
  parallel: number,
  signal: AbortSignal,
): Promise<void> {
  const byName = new Map(runs.map((run) => [run.name, run]));
  const endings = await rollOut([...byName.keys()], {
    parallel,
    signal,
    apply: (name) => byName.get(name)!.apply(),
  });
  const rows = runs.map(({ name, detail }) => [name, endings.get(name)!, detail]);
  for (const line of alignColumns([['HOST', 'STATE', 'DETAIL'], ...rows])) session.print(line);
  const all: readonly Ending[] = [...endings.values()];
  if (!all.every((ending) => ending === 'done')) session.exitCode = exitCodes.failure;
}
