import type { DeviceMapping, ThrottleDevice } from '../wire.ts';
import { invalidOption } from './OptionError.ts';
import { splitOnce } from './keyValue.ts';
import { parseInteger } from './number.ts';
import { parseSize } from './size.ts';

/** `--device VENDOR/CLASS=NAME` (Container Device Interface); a path begins with a slash. */
export function isCdiDevice(text: string): boolean {
  return /^[A-Za-z][^/=]*\/[^/=]+=./.test(text);
}

/** `--device /dev/x[:/dev/y][:rwm]`. */
export function parseDevice(text: string): DeviceMapping {
  const [host = '', second, third, ...rest] = text.split(':');
  const secondIsMode = third === undefined && second !== undefined && isMode(second);
  const path = second === undefined || secondIsMode ? host : second;
  const mode = third ?? (secondIsMode ? second : 'rwm');
  const valid = host.startsWith('/') && path.startsWith('/') && isMode(mode) && rest.length === 0;
  if (!valid)
    throw invalidOption('--device', '/HOST/DEVICE[:/CONTAINER/DEVICE][:rwm] or VENDOR/CLASS=NAME', text);
  return { PathOnHost: host, PathInContainer: path, CgroupPermissions: mode };
}

function isMode(text: string): boolean {
  return /^[rwm]{1,3}$/.test(text) && new Set(text).size === text.length;
}

/** `--device-read-bps /dev/sda:1mb` and similar options: bytes or operations per second. */
export function parseThrottle(flag: string, text: string, unit: 'bytes' | 'operations'): ThrottleDevice {
  const at = text.lastIndexOf(':');
  const path = text.slice(0, at);
  if (at < 0 || !path.startsWith('/dev/')) throw invalidOption(flag, '/dev/DEVICE:RATE', text);
  const rate = text.slice(at + 1);
  const parsed = unit === 'bytes' ? parseSize(flag, rate) : parseInteger(flag, rate, { minimum: 0 });
  return { Path: path, Rate: parsed };
}

/** `--blkio-weight-device /dev/sda:500`. */
export function parseWeightDevice(text: string): { Path: string; Weight: number } {
  const flag = '--blkio-weight-device';
  const [path, weight = ''] = splitOnce(text, ':');
  if (!path.startsWith('/dev/')) throw invalidOption(flag, '/dev/DEVICE:WEIGHT', text);
  return { Path: path, Weight: parseInteger(flag, weight, { minimum: 10, maximum: 1000 }) };
}
