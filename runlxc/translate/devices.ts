import type { Device } from '../spec/types.ts';
import { isUserNamespaced, type Container, type Plans } from './container.ts';
import { ownsDev } from './mounts.ts';

/** config-linux.md#default-devices, without /dev/console and /dev/ptmx, which are created elsewhere. */
export const defaultDevices: readonly Device[] = [
  { path: '/dev/null', major: 1, minor: 3 },
  { path: '/dev/zero', major: 1, minor: 5 },
  { path: '/dev/full', major: 1, minor: 7 },
  { path: '/dev/random', major: 1, minor: 8 },
  { path: '/dev/urandom', major: 1, minor: 9 },
  { path: '/dev/tty', major: 5, minor: 0 },
].map((device) => ({ ...device, type: 'c', fileMode: 0o666 }));

const symlinks = [
  ['/proc/self/fd', '/dev/fd'],
  ['/proc/self/fd/0', '/dev/stdin'],
  ['/proc/self/fd/1', '/dev/stdout'],
  ['/proc/self/fd/2', '/dev/stderr'],
  ['pts/ptmx', '/dev/ptmx'],
] as const;

/** Adds device files and the symbolic links that programs expect in /dev. */
export function addDevices(container: Container, plans: Plans): void {
  if (!ownsDev(container)) return;
  const listed = container.spec.linux?.devices ?? [];
  const named = new Set(listed.map(({ path }) => path));
  // Devices in the spec have their own mode and owner.
  const devices = [...defaultDevices.filter(({ path }) => !named.has(path)), ...listed];
  for (const device of devices) addDevice(container, plans, device);
  for (const [target, path] of symlinks) plans.init.add('symlink', target, path);
}

/** A user namespace cannot create devices, so the host's are bind-mounted. */
function addDevice(container: Container, { monitor, init, descriptors }: Plans, device: Device): void {
  if (device.path === '/dev/ptmx') return;
  if (isUserNamespaced(container) && device.type !== 'p') {
    const fd = descriptors.take();
    monitor.add('tree', fd, device.path, false);
    init.add('bind', fd, device.path, device.path, 0, 0, 0);
    return;
  }
  const { path, type, major = 0, minor = 0, fileMode = 0o666, uid = 0, gid = 0 } = device;
  init.add('device', path, type, major, minor, fileMode, uid, gid);
}
