/** What guestfish(1) prints. All of it is derived from the image, and not trusted. */

/** A device of the VM with what is on it. */
export interface GuestDevice {
  /** `/dev/sda`, `/dev/sda2` or `/dev/VG/LV`. */
  device: string;
  /** Type of the file system by blkid(8), `unknown`, or empty. */
  type: string;
}

/** A subvolume of btrfs. */
export interface Subvolume {
  id: string;
  path: string;
}

const device = /^\/dev\/(sda\d*|[A-Za-z0-9+_-][A-Za-z0-9+_.-]*\/[A-Za-z0-9+_-][A-Za-z0-9+_.-]*)$/;

/** Returns the devices of `list-filesystems`. Lines of subvolumes (`btrfsvol:…`) are left out. */
export function parseFileSystems(lines: readonly string[]): GuestDevice[] {
  return lines.flatMap((line) => {
    const [, name = '', type = ''] = /^(\S+): (\S*)$/.exec(line) ?? [];
    return device.test(name) ? [{ device: name, type }] : [];
  });
}

/** Returns the devices of `lvs`. */
export function parseLogicalVolumes(lines: readonly string[]): string[] {
  return lines.filter((line) => device.test(line) && !line.startsWith('/dev/sda'));
}

/** Returns the subvolumes of `btrfs-subvolume-list`: structures with a field per line. */
export function parseSubvolumes(lines: readonly string[]): Subvolume[] {
  const found: Subvolume[] = [];
  let id = '';
  for (const line of lines) {
    id = /^ {2}btrfssubvolume_id: (\d+)$/.exec(line)?.[1] ?? id;
    const path = /^ {2}btrfssubvolume_path: (.+)$/.exec(line)?.[1];
    if (path !== undefined && id !== '') found.push({ id, path });
  }
  return found;
}

/** Returns the name of a device for `--partition`; undefined for the whole disk. */
export function nameOf({ device: path }: GuestDevice): string | undefined {
  const partition = /^\/dev\/sda(\d*)$/.exec(path)?.[1];
  return partition === undefined ? path.slice('/dev/'.length) : partition || undefined;
}
