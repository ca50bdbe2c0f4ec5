import { optionError } from '../../../client/options/OptionError.ts';
import type { Guestfish } from './Guestfish.ts';
import { parseSubvolumes, type Subvolume } from './guestfishOutput.ts';
import { mounts } from './mounts.ts';

/** Names of the root's subvolume: of Ubuntu, Fedora, Debian's installer, Arch's. */
const usualNames = ['@', 'root', '@rootfs', '@root'];

/** The subvolume that has all others in it (btrfs-subvolume(8)). */
const top = '5';

/** Subvolumes that are looked at: container engines and snapshots make hundreds. */
const maxCandidates = 32;

/**
 * Returns options to mount the subvolume with the root directory: the named one, the default one, one with a usual
 * name, or the only other one with /etc; undefined if none has one. Subvolumes are mounted by their numbers, as their
 * names may be anything.
 * @throws PCH_OPTION_INVALID with the list of subvolumes
 */
export async function btrfsRoot(
  guest: Guestfish,
  device: string,
  { subvolume }: { subvolume?: string | undefined },
): Promise<string | undefined> {
  if (subvolume === undefined && (await mounts(guest, device, 'ro')) === 'root') return 'ro';
  const all = await subvolumesOf(guest, device);
  if (subvolume !== undefined) return named(all, subvolume);
  const usual = usualNames.flatMap((name) => all.filter(({ path }) => path === name));
  for (const { id } of usual) if ((await mounts(guest, device, byId(id))) === 'root') return byId(id);
  const found: Subvolume[] = [];
  for (const one of all.filter(({ path }) => !usualNames.includes(path)).slice(0, maxCandidates))
    if ((await mounts(guest, device, byId(one.id))) === 'root') found.push(one);
  if (found.length > 1) throw unclear(`found ${found.length} with /etc`, found);
  return found[0] && byId(found[0].id);
}

async function subvolumesOf(guest: Guestfish, device: string): Promise<Subvolume[]> {
  const lines = await guest.ask(
    ['mount-options', byId(top), device, '/'],
    ['btrfs-subvolume-list', '/'],
    ['umount-all'],
  );
  return parseSubvolumes(lines);
}

function named(all: readonly Subvolume[], name: string): string {
  const path = name.replace(/^\/+|\/+$/g, '');
  const found = path === '' ? { id: top } : all.find((one) => one.path === path);
  if (!found) throw unclear(`found no "${name}"`, all);
  return byId(found.id);
}

function byId(id: string): string {
  return `ro,subvolid=${id}`;
}

function unclear(found: string, subvolumes: readonly Subvolume[]): Error {
  const paths = subvolumes.slice(0, maxCandidates).map(({ path }) => path);
  const list = paths.join(', ') || 'none but /';
  const expected = 'expected the path of a subvolume with a root directory';
  return optionError('--subvolume', `${expected}, ${found}: ${list}`, 'name one: @');
}
