/** Translates mount options (config.md#linux-mount-options) to the kernel's flags. */

/** mount(2), linux/mount.h. */
export const ms = {
  rdonly: 1,
  nosuid: 2,
  nodev: 4,
  noexec: 8,
  synchronous: 16,
  remount: 32,
  mandlock: 64,
  dirsync: 128,
  nosymfollow: 256,
  noatime: 1024,
  nodiratime: 2048,
  bind: 4096,
  rec: 16384,
  silent: 32768,
  unbindable: 1 << 17,
  private: 1 << 18,
  slave: 1 << 19,
  shared: 1 << 20,
  relatime: 1 << 21,
  iversion: 1 << 23,
  strictatime: 1 << 24,
  lazytime: 1 << 25,
} as const;

/** mount_setattr(2): attributes of bind mounts. */
const attribute = {
  rdonly: 1,
  nosuid: 2,
  nodev: 4,
  noexec: 8,
  noatime: 0x10,
  strictatime: 0x20,
  atimeMask: 0x70,
  nodiratime: 0x80,
  nosymfollow: 0x20_0000,
} as const;

export const propagations: Readonly<Record<string, number>> = {
  private: ms.private,
  rprivate: ms.private | ms.rec,
  slave: ms.slave,
  rslave: ms.slave | ms.rec,
  shared: ms.shared,
  rshared: ms.shared | ms.rec,
  unbindable: ms.unbindable,
  runbindable: ms.unbindable | ms.rec,
};

/** An option's flag, and whether the option sets or clears it. */
const flags: Readonly<Record<string, readonly [flag: number, sets: boolean]>> = {
  async: [ms.synchronous, false],
  sync: [ms.synchronous, true],
  atime: [ms.noatime, false],
  noatime: [ms.noatime, true],
  defaults: [0, true],
  dev: [ms.nodev, false],
  nodev: [ms.nodev, true],
  diratime: [ms.nodiratime, false],
  nodiratime: [ms.nodiratime, true],
  dirsync: [ms.dirsync, true],
  exec: [ms.noexec, false],
  noexec: [ms.noexec, true],
  iversion: [ms.iversion, true],
  noiversion: [ms.iversion, false],
  lazytime: [ms.lazytime, true],
  nolazytime: [ms.lazytime, false],
  loud: [ms.silent, false],
  silent: [ms.silent, true],
  mand: [ms.mandlock, true],
  nomand: [ms.mandlock, false],
  relatime: [ms.relatime, true],
  norelatime: [ms.relatime, false],
  remount: [ms.remount, true],
  ro: [ms.rdonly, true],
  rw: [ms.rdonly, false],
  strictatime: [ms.strictatime, true],
  nostrictatime: [ms.strictatime, false],
  suid: [ms.nosuid, false],
  nosuid: [ms.nosuid, true],
  symfollow: [ms.nosymfollow, false],
  nosymfollow: [ms.nosymfollow, true],
  bind: [ms.bind, true],
  rbind: [ms.bind | ms.rec, true],
};

/** Recursive options, since Linux 5.12. */
const recursive: Readonly<Record<string, Pick<Attributes, 'set' | 'clear'>>> = {
  rro: { set: attribute.rdonly, clear: 0 },
  rrw: { set: 0, clear: attribute.rdonly },
  rnosuid: { set: attribute.nosuid, clear: 0 },
  rsuid: { set: 0, clear: attribute.nosuid },
  rnodev: { set: attribute.nodev, clear: 0 },
  rdev: { set: 0, clear: attribute.nodev },
  rnoexec: { set: attribute.noexec, clear: 0 },
  rexec: { set: 0, clear: attribute.noexec },
  rnodiratime: { set: attribute.nodiratime, clear: 0 },
  rdiratime: { set: 0, clear: attribute.nodiratime },
  rrelatime: { set: 0, clear: attribute.atimeMask },
  rnorelatime: { set: 0, clear: attribute.atimeMask },
  rnoatime: { set: attribute.noatime, clear: attribute.atimeMask },
  ratime: { set: 0, clear: attribute.atimeMask },
  rstrictatime: { set: attribute.strictatime, clear: attribute.atimeMask },
  rnostrictatime: { set: 0, clear: attribute.atimeMask },
  rnosymfollow: { set: attribute.nosymfollow, clear: 0 },
  rsymfollow: { set: 0, clear: attribute.nosymfollow },
};

export interface Attributes {
  set: number;
  clear: number;
}

export interface MountOptions {
  /** Flags of mount(2). */
  flags: number;
  /** Flags of a bind mount's source that options clear. */
  cleared: number;
  /** 0 if not specified. */
  propagation: number;
  recursive: Attributes;
  copiesUp: boolean;
  /** Maps owners by the container's user namespace. */
  idmap: 'none' | 'plain' | 'recursive';
  /** Options that are passed to the file system. */
  data: string;
}

export function parseMountOptions(options: readonly string[]): MountOptions {
  const parsed: MountOptions = {
    flags: 0,
    cleared: 0,
    propagation: 0,
    recursive: { set: 0, clear: 0 },
    copiesUp: false,
    idmap: 'none',
    data: '',
  };
  const data: string[] = [];
  for (const option of options) if (!take(parsed, option)) data.push(option);
  return { ...parsed, data: data.join(',') };
}

function take(parsed: MountOptions, option: string): boolean {
  const flag = flags[option];
  const tree = recursive[option];
  if (flag) setFlag(parsed, ...flag);
  else if (tree) merge(parsed.recursive, tree);
  else if (option in propagations) parsed.propagation |= propagations[option] ?? 0;
  else if (option === 'tmpcopyup') parsed.copiesUp = true;
  else if (option === 'idmap') parsed.idmap = 'plain';
  else if (option === 'ridmap') parsed.idmap = 'recursive';
  else return false;
  return true;
}

/** Of two contrary options the last one applies. */
function setFlag(parsed: MountOptions, flag: number, sets: boolean): void {
  parsed.flags = sets ? parsed.flags | flag : parsed.flags & ~flag;
  parsed.cleared = sets ? parsed.cleared & ~flag : parsed.cleared | flag;
}

function merge(into: Attributes, { set, clear }: Attributes): void {
  into.set = (into.set & ~clear) | set;
  into.clear = (into.clear & ~(set & ~attribute.atimeMask)) | clear;
}

/** Converts flags of a bind mount for mount_setattr(2). */
export function bindAttributes({ flags: wanted, cleared }: MountOptions): Attributes {
  const attributes = { set: simple(wanted), clear: simple(cleared) };
  const atime = wanted & ms.noatime ? attribute.noatime : wanted & ms.strictatime ? attribute.strictatime : 0;
  if (atime !== 0 || wanted & ms.relatime || cleared & (ms.noatime | ms.strictatime))
    merge(attributes, { set: atime, clear: attribute.atimeMask });
  return attributes;
}

function simple(mountFlags: number): number {
  const pairs = [
    [ms.rdonly, attribute.rdonly],
    [ms.nosuid, attribute.nosuid],
    [ms.nodev, attribute.nodev],
    [ms.noexec, attribute.noexec],
    [ms.nodiratime, attribute.nodiratime],
    [ms.nosymfollow, attribute.nosymfollow],
  ] as const;
  return pairs.reduce((sum, [flag, attr]) => (mountFlags & flag ? sum | attr : sum), 0);
}

/** All known options; others are passed to the file system. */
export const mountOptionNames: readonly string[] = [
  ...Object.keys(flags),
  ...Object.keys(recursive),
  ...Object.keys(propagations),
  'idmap',
  'ridmap',
  'tmpcopyup',
].sort();
