import { deletionLines } from '../../images/deletionLines.ts';
import { confirm } from '../../output/confirm.ts';
import { humanSize } from '../../output/units.ts';
import { parseFilters } from '../../parse/filters.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import { collect } from '../../run/collect.ts';
import type { Session } from '../../Session.ts';
import { invalidOption } from '../../errors.ts';

interface Flags {
  all?: boolean;
  force?: boolean;
  volumes?: boolean;
  filter: string[];
}

type Filters = Record<string, string[]>;

export function define(command: PouchCommand, session: Session): void {
  command
    .option('-a, --all', 'Remove all unused images, not just dangling ones')
    .option('--volumes', 'Remove anonymous volumes that no container uses, too')
    .option('-f, --force', 'Do not prompt for confirmation')
    .option('--filter <key=value>', 'Filters: until, label, label!', collect, [])
    .action((flags: Flags) => prune(session, flags));
}

async function prune(session: Session, flags: Flags): Promise<void> {
  const filters = parseFilters(flags.filter);
  // Volumes have no time of their last use, and must not be removed regardless of the filter.
  if (flags.volumes && filters['until'])
    throw invalidOption('--filter', 'another filter than until together with --volumes', 'until');
  if (!flags.force && !(await confirm(session, warningFor(flags)))) return;
  let reclaimed = await pruneContainers(session, filters);
  await pruneNetworks(session, filters);
  if (flags.volumes) reclaimed += await pruneVolumes(session, filters);
  reclaimed += await pruneImages(session, { ...filters, dangling: [flags.all ? 'false' : 'true'] });
  // Filters are for objects with labels and times.
  if (Object.keys(filters).length === 0) reclaimed += (await session.client.builds.prune()).SpaceReclaimed;
  session.print(`Total reclaimed space: ${humanSize(reclaimed, 4)}`);
}

function warningFor({ all, volumes, filter }: Flags): string {
  const parts = [
    'all stopped containers',
    'all networks not used by at least one container',
    ...(volumes ? ['all anonymous volumes not used by at least one container'] : []),
    all ? 'all images without at least one container' : 'all dangling images',
    ...(filter.length === 0 ? ['the build cache'] : []),
  ];
  const items = parts.map((part) => `  - ${part}`).join('\n');
  const filtered =
    filter.length === 0
      ? ''
      : `\n\nItems to be pruned are filtered by:\n${filter.map((one) => `  - ${one}`).join('\n')}`;
  return `WARNING! This will remove:\n${items}${filtered}\n`;
}

async function pruneContainers(session: Session, filters: Filters): Promise<number> {
  const { ContainersDeleted, SpaceReclaimed } = await session.client.containers.prune(filters);
  printDeleted(session, 'Containers', ContainersDeleted);
  return SpaceReclaimed;
}

async function pruneNetworks(session: Session, filters: Filters): Promise<void> {
  const { NetworksDeleted } = await session.client.networks.prune(filters);
  printDeleted(session, 'Networks', NetworksDeleted);
}

async function pruneVolumes(session: Session, filters: Filters): Promise<number> {
  const { VolumesDeleted, SpaceReclaimed } = await session.client.volumes.prune(filters);
  printDeleted(session, 'Volumes', VolumesDeleted);
  return SpaceReclaimed;
}

async function pruneImages(session: Session, filters: Filters): Promise<number> {
  const { ImagesDeleted, SpaceReclaimed } = await session.client.images.prune(filters);
  printDeleted(session, 'Images', deletionLines(ImagesDeleted ?? []));
  return SpaceReclaimed;
}

function printDeleted(session: Session, what: string, names: readonly string[] | null): void {
  if (names?.length) session.print(`Deleted ${what}:\n${names.join('\n')}\n`);
}
