import { setTimeout as delay } from 'node:timers/promises';
import type { Client, StatsResponse } from '../../../client/index.ts';
import { exitCodes } from '../../errors.ts';
import { printListing } from '../../output/listing.ts';
import type { Fields } from '../../output/template.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import { reportError } from '../../reportError.ts';
import type { Session } from '../../Session.ts';
import { LiveStats } from '../../stats/LiveStats.ts';
import { statsRow, unknownRow } from '../../stats/statsRow.ts';

interface Flags {
  all?: boolean;
  stream: boolean;
  trunc: boolean;
  format?: string;
}

const columns: [string, string][] = [
  ['CONTAINER ID', 'ID'],
  ['NAME', 'Name'],
  ['CPU %', 'CPUPerc'],
  ['MEM USAGE / LIMIT', 'MemUsage'],
  ['MEM %', 'MemPerc'],
  ['NET I/O', 'NetIO'],
  ['BLOCK I/O', 'BlockIO'],
  ['PIDS', 'PIDs'],
];

/** Time between two updates, in milliseconds. */
const interval = 1000;
/** Moves the cursor to the first line and clears the screen (ECMA-48 CUP, ED). */
const home = '\u001b[H\u001b[J';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('[container...]', 'Names or IDs (default all running containers)')
    .option('-a, --all', 'Show all containers (default shows just running)')
    .option('--no-stream', 'Disable streaming stats and only pull the first result')
    .option('--no-trunc', 'Do not truncate output')
    .option(
      '--format <format>',
      'Format output: table, json, or a Go template such as {{.Name}} {{.CPUPerc}}',
    )
    .action((refs: string[], flags: Flags) =>
      flags.stream ? follow(session, refs, flags) : showOnce(session, refs, flags),
    );
}

async function showOnce(session: Session, refs: string[], flags: Flags): Promise<void> {
  const { containers } = session.client;
  const wanted = refs.length > 0 ? refs : await listed(containers, flags);
  const outcomes = await Promise.allSettled(wanted.map((ref) => containers.stats(ref)));
  print(
    session,
    outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [rowOf(outcome.value, flags)] : [])),
    flags,
  );
  const failed = outcomes
    .filter((outcome) => outcome.status === 'rejected')
    .map(({ reason }) => reason as unknown);
  reportFailures(session, refs.length > 0 ? failed : failed.filter(isNotGone));
}

/** Follows named containers until they are removed; without names, all running containers without end. */
async function follow(session: Session, refs: string[], flags: Flags): Promise<void> {
  const { containers } = session.client;
  const isLive = session.terminal.stdout.isTTY === true;
  const live = new LiveStats(containers);
  live.only(refs);
  do {
    if (refs.length === 0) live.only(await listed(containers, flags));
    await delay(interval);
    const failures = live.takeFailures();
    reportFailures(session, refs.length > 0 ? failures : failures.filter(isNotGone));
    if (isLive) session.terminal.stdout.write(home);
    print(
      session,
      live.all().map(([ref, last]) => (last ? rowOf(last, flags) : unknownRow(ref))),
      flags,
    );
  } while (refs.length === 0 || live.all().length > 0);
}

async function listed(containers: Client['containers'], { all = false }: Flags): Promise<string[]> {
  return (await containers.list({ all })).map(({ Id }) => Id);
}

function rowOf(stats: StatsResponse, { trunc }: Flags): Fields {
  return statsRow(stats, { truncate: trunc });
}

function print(session: Session, rows: Fields[], flags: Flags): void {
  printListing(
    session,
    { columns, rows, key: 'ID' },
    flags.format === undefined ? {} : { format: flags.format },
  );
}

function reportFailures(session: Session, failures: unknown[]): void {
  for (const failure of failures) {
    reportError(failure, session.terminal);
    session.exitCode = exitCodes.failure;
  }
}

/** A container removed after it was listed is not a failure. */
function isNotGone(failure: unknown): boolean {
  return (failure as { code?: string }).code !== 'PCH_CONTAINER_NOT_FOUND';
}
