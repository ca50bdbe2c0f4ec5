/** Keys of a draft by which plugins and the engine recognize each other's entries. */

/**
 * Label or annotation of a request for a rich container (`true` or `false`). In a draft, the annotation with which a
 * rich mode confirms that it was applied; its value is the mode.
 */
export const richAnnotation = 'io.pouch.rich';

/** Label or annotation of a request that names the rich mode. */
export const richModeKey = 'io.pouch.rich.mode';

/**
 * Annotation of a container: paths of its root file system that an upgrade keeps, with colons between them. A profile
 * may set it.
 */
export const keepAnnotation = 'io.pouch.keep';

const networkEffectPrefix = 'network.';

/** Returns the key of the effect that attaches a network interface: `network.eth0`. */
export function networkEffectKey(interfaceName: string): string {
  return `${networkEffectPrefix}${interfaceName}`;
}

/** Returns the key of another effect of a network driver: `network-eth0.isolation`. */
export function networkPartKey(interfaceName: string, effect: string): string {
  return `network-${interfaceName}.${effect}`;
}

/** Whether an effect attaches a network interface, by its key. */
export function isNetworkEffect(key: string): boolean {
  return key.startsWith(networkEffectPrefix);
}

const volumeEffectPrefix = 'volume.';

/** Returns the key of an effect of a volume's driver: `volume.scratch.mount`. */
export function volumeEffectKey(volume: string, effect: string): string {
  return `${volumeEffectPrefix}${volume}.${effect}`;
}

/** Whether an effect is one of a volume's driver, by its key: that of a volume itself ends in a path. */
export function isVolumeDriverEffect(key: string): boolean {
  return key.startsWith(volumeEffectPrefix) && !key.startsWith(`${volumeEffectPrefix}/`);
}

/** Keys of the effects that every container has. */
export const coreEffectKeys = [
  'cgroup',
  'cgroupOwner',
  'container',
  'disk',
  'files',
  'idmap',
  'io',
  'netns',
  'snapshot',
  'task',
  'userns',
] as const;

/** Keys of effects that the engine plans itself; plugins cannot use them. */
export type CoreEffectKey = (typeof coreEffectKeys)[number];

/** Key of the effect of an update of limits that is under way. */
export const limitsKey = 'update.limits';

/** Key of the effect by which an update that is under way grows the disk. */
export const diskSizeKey = 'update.disk';

/** Returns the key of the effect by which a container that runs gets a mount. */
export function liveMountKey(destination: string): string {
  return `${liveMountPrefix}${destination}`;
}

const liveMountPrefix = 'live-mount.';

/** Returns the key of the effect by which a container that runs gets a device. */
export function liveDeviceKey(path: string): string {
  return `${liveDevicePrefix}${path}`;
}

const liveDevicePrefix = 'live-device.';

/** Returns the key of the effect by which a container that runs publishes a port. @param port as in the draft */
export function livePortKey(port: string): string {
  return `${livePortPrefix}${port}`;
}

const livePortPrefix = 'live-port.';

/** Key of the mark that the taps of container.poststop have run. */
export const poststopKey = 'poststop';

/** The effect of a checkpoint has this and the checkpoint's name. */
export const checkpointPrefix = 'checkpoint.';

/** The effect of a root file system beside that of the container has this and a number. */
export const rootPrefix = 'root.';

/** Where the small static init of `init` is in a container. */
export const initDestination = '/.pouch/init';

/** What the engine itself sets in a draft, after the taps. */
export const reservedKeys: readonly ReservedKey[] = [
  ...[...coreEffectKeys, limitsKey, diskSizeKey, poststopKey].map((key) => ({ map: 'effects', key })),
  { map: 'effects', key: checkpointPrefix, isPrefix: true },
  { map: 'effects', key: liveDevicePrefix, isPrefix: true },
  { map: 'effects', key: liveMountPrefix, isPrefix: true },
  { map: 'effects', key: livePortPrefix, isPrefix: true },
  { map: 'effects', key: rootPrefix, isPrefix: true },
  { map: 'mounts', key: initDestination },
];

/** A key of a map of a draft. */
export interface ReservedKey {
  /** Top-level field. */
  readonly map: string;
  readonly key: string;
  /** Every key that begins with it. */
  readonly isPrefix?: boolean;
}
