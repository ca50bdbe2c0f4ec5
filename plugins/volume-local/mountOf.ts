/** Docker's options of the driver local, as arguments of the effect host.mount. */
import { posix } from 'node:path';
import { PouchError } from '../../hooks/index.ts';

interface LocalOptions {
  type?: string;
  device?: string;
  o?: string;
}

interface MountArgs {
  type: string;
  source?: string;
  options: string[];
}

const nfs = ['nfs', 'nfs4'];
const types = ['none', 'tmpfs', ...nfs, 'cifs'];

/** Undefined for a volume that is a directory. @throws PCH_OPTION_INVALID */
export function mountOf({ type, device, o }: LocalOptions): MountArgs | undefined {
  if (type === undefined && device === undefined && o === undefined) return undefined;
  const options = (o ?? '').split(',').filter((option) => option !== '');
  // Docker takes any type for a bind mount, and none.
  if (options.includes('bind')) return bindMount(device, options);
  if (type === undefined)
    throw invalid('its options device and o need a type', `add type=${types.join(', ')}`);
  if (!types.includes(type))
    throw invalid(
      `expected type ${types.join(', ')}, found "${type}"`,
      'mount the file system on the host, and its directory here: type=none, o=bind, device=/its/path',
    );
  if (type === 'none')
    throw invalid('type none is for directories of the host', 'add o=bind and device=/its/path');
  if (type === 'tmpfs') return { type, options };
  if (!device) throw invalid(`type ${type} needs a device`, 'add device=:/export or device=//server/share');
  return nfs.includes(type) ? nfsMount(type, device, options) : { type, source: device, options };
}

/** A directory of the host, without what is mounted below it, as Docker's. */
function bindMount(device: string | undefined, options: readonly string[]): MountArgs {
  if (!device?.startsWith('/') || posix.normalize(device) !== device)
    throw invalid(
      `o=bind needs the absolute path of a directory as device, found ${device === undefined ? 'none' : `"${device}"`}`,
      'add device=/its/path, without "..", "." and doubled slashes',
    );
  return { type: 'bind', source: device, options: options.filter((option) => option !== 'bind') };
}

/** Docker's device is `:/export`, and the server is the option addr. */
function nfsMount(type: string, device: string, all: readonly string[]): MountArgs {
  const address = all.find((option) => option.startsWith('addr='))?.slice('addr='.length);
  const options = all.filter((option) => !option.startsWith('addr='));
  if (!device.startsWith(':')) return { type, source: device, options };
  if (!address) throw invalid(`device "${device}" names no server`, 'add o=addr=SERVER');
  const server = address.includes(':') ? `[${address}]` : address;
  return { type, source: `${server}${device}`, options };
}

function invalid(problem: string, hint: string): PouchError {
  return new PouchError('PCH_OPTION_INVALID', `volume driver local: ${problem}`, { hint });
}
