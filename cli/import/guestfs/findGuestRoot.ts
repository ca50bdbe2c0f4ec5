import { optionError } from '../../../client/options/OptionError.ts';
import { diskUnsupported } from '../disk/diskError.ts';
import type { SourceFlags } from '../sources/rootfsSource.ts';
import { btrfsRoot } from './btrfsRoot.ts';
import type { Guestfish } from './Guestfish.ts';
import { type GuestDevice, nameOf, parseFileSystems, parseLogicalVolumes } from './guestfishOutput.ts';
import { mounts } from './mounts.ts';

/** File systems that hosts have as their root. */
const roots = new Set(['ext2', 'ext3', 'ext4', 'xfs', 'btrfs']);

const readable = 'ext2, ext3, ext4, xfs and btrfs are read';

/** Devices that are looked at for a root directory. */
const maxCandidates = 64;

/**
 * Mounts the file system with the root directory in the VM: that of the partition or volume, or the only one with /etc.
 * @throws PCH_OPTION_INVALID with the list of what was found, PCH_NOT_SUPPORTED, PCH_IMPORT_FAILED
 */
export async function findGuestRoot(guest: Guestfish, flags: SourceFlags): Promise<void> {
  const devices = await devicesOf(guest);
  const { partition } = flags;
  if (partition !== undefined) {
    const chosen = devices.find((one) => nameOf(one) === partition);
    if (!chosen) throw unclear(`found no "${partition}"`, devices);
    return mountRoot(guest, chosen, flags);
  }
  const candidates = devices.filter(({ type }) => roots.has(type)).slice(0, maxCandidates);
  if (candidates.length === 1) return mountRoot(guest, candidates[0]!, flags);
  const found: GuestDevice[] = [];
  for (const one of candidates) if (await hasRoot(guest, one, flags)) found.push(one);
  if (found.length === 1) return mountRoot(guest, found[0]!, flags);
  if (candidates.length === 0) throw diskUnsupported(`${listed(devices)}; ${readable}`, otherWay);
  const what = found.length === 0 ? 'found none with /etc' : `found ${found.length} with /etc`;
  throw unclear(what, devices);
}

const otherWay = 'mount it where it can be read, and import that directory or its tar';

/** Logical volumes without a file system are not in list-filesystems: LUKS has to be named. */
async function devicesOf(guest: Guestfish): Promise<GuestDevice[]> {
  const devices = parseFileSystems(await guest.ask(['list-filesystems']));
  for (const device of parseLogicalVolumes(await guest.ask(['lvs']))) {
    if (devices.some((known) => known.device === device)) continue;
    const [type = 'unknown'] = await guest.ask(['-vfs-type', device]);
    devices.push({ device, type });
  }
  return devices;
}

async function hasRoot(
  guest: Guestfish,
  { device, type }: GuestDevice,
  flags: SourceFlags,
): Promise<boolean> {
  if (type === 'btrfs') return (await btrfsRoot(guest, device, flags)) !== undefined;
  return (await mounts(guest, device, 'ro')) === 'root';
}

async function mountRoot(guest: Guestfish, device: GuestDevice, { subvolume }: SourceFlags): Promise<void> {
  const { device: path, type } = device;
  if (!roots.has(type))
    throw diskUnsupported(`${titleOf(device)} has ${contentOf(device)}; ${readable}`, otherWay);
  if (type !== 'btrfs' && subvolume !== undefined)
    throw optionError('--subvolume', `expected btrfs, found ${type}`, 'leave it out');
  const options = type === 'btrfs' ? await btrfsRoot(guest, path, { subvolume }) : 'ro';
  await guest.ask(['mount-options', options ?? 'ro', path, '/']);
}

function unclear(found: string, devices: readonly GuestDevice[]): Error {
  const expected = 'expected a partition or volume with a root directory';
  return optionError('--partition', `${expected}, ${found}: ${listed(devices)}`, 'name one: 2, or vg/root');
}

function listed(devices: readonly GuestDevice[]): string {
  const texts = devices.slice(0, maxCandidates).map((one) => `${titleOf(one)} has ${contentOf(one)}`);
  return texts.join(', ') || 'no file system';
}

function titleOf(device: GuestDevice): string {
  const name = nameOf(device);
  if (name === undefined) return 'the whole disk';
  return name.includes('/') ? `volume ${name}` : `partition ${name}`;
}

function contentOf({ type }: GuestDevice): string {
  if (type === 'crypto_LUKS') return 'LUKS';
  return type === '' || type === 'unknown' ? 'unknown content' : type;
}
