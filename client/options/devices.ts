import type { DeviceMapping, DeviceRequest, ThrottleDevice } from '../wire.ts';
import { invalidOption } from './OptionError.ts';
import { splitOnce } from './keyValue.ts';
import { splitCsv } from './csv.ts';
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

/** `--gpus all`, `--gpus 2`, `--gpus '"device=0,1",driver=nvidia'`; a device without quotes takes the whole text. */
export function parseGpus(text: string): DeviceRequest {
  const flag = '--gpus';
  const expected = 'all, a NUMBER, or device=ID[,ID…]';
  const request: DeviceRequest = { Count: 0, Capabilities: [['gpu']] };
  const count = (value: string) => (value === 'all' ? -1 : parseInteger(flag, value, { minimum: 1 }));
  const isBare = /^device=[^"=]*$/.test(text);
  for (const part of isBare ? [text] : splitCsv(text)) {
    const [key, value] = part.includes('=') ? splitOnce(part, '=') : ['count', part];
    if (!value) throw invalidOption(flag, expected, text);
    if (key === 'count') request.Count = count(value);
    else if (key === 'device') request.DeviceIDs = value.split(',');
    else if (key === 'driver') request.Driver = value;
    else if (key === 'capabilities') request.Capabilities = [['gpu', ...value.split(',')]];
    else throw invalidOption(flag, expected, text);
  }
  if (!request.DeviceIDs && request.Count === 0) request.Count = -1;
  return request;
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
