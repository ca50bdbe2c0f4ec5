import type { MountSpec } from '../wire.ts';
import { splitCsv } from './csv.ts';
import { invalidOption } from './OptionError.ts';
import { splitOnce } from './keyValue.ts';
import { parseSize } from './size.ts';

const flag = '--mount';
const truths: Record<string, boolean> = { true: true, '1': true, '': true, false: false, '0': false };

type Setter = (mount: MountSpec, value: string, key: string) => void;

const setters: Record<string, Setter> = {
  type: (mount, value) => {
    if (value !== 'bind' && value !== 'volume' && value !== 'tmpfs') {
      throw invalidOption(`${flag} type`, 'bind, volume or tmpfs', value);
    }
    mount.Type = value;
  },
  source: (mount, value) => (mount.Source = value),
  target: (mount, value) => (mount.Target = value),
  readonly: (mount, value, key) => (mount.ReadOnly = parseTruth(key, value)),
  consistency: (mount, value) => (mount.Consistency = value),
  'bind-propagation': (mount, value) => ((mount.BindOptions ??= {}).Propagation = value),
  'bind-nonrecursive': (mount, value, key) =>
    ((mount.BindOptions ??= {}).NonRecursive = parseTruth(key, value)),
  'bind-create-src': (mount, value, key) =>
    ((mount.BindOptions ??= {}).CreateMountpoint = parseTruth(key, value)),
  'volume-nocopy': (mount, value, key) => ((mount.VolumeOptions ??= {}).NoCopy = parseTruth(key, value)),
  'volume-subpath': (mount, value) => ((mount.VolumeOptions ??= {}).Subpath = value),
  'volume-label': (mount, value) => addPair(((mount.VolumeOptions ??= {}).Labels ??= {}), value),
  'volume-driver': (mount, value) => (((mount.VolumeOptions ??= {}).DriverConfig ??= {}).Name = value),
  'volume-opt': (mount, value) =>
    addPair((((mount.VolumeOptions ??= {}).DriverConfig ??= {}).Options ??= {}), value),
  'tmpfs-size': (mount, value, key) =>
    ((mount.TmpfsOptions ??= {}).SizeBytes = parseSize(`${flag} ${key}`, value)),
  'tmpfs-mode': (mount, value, key) => ((mount.TmpfsOptions ??= {}).Mode = parseMode(key, value)),
};

const synonyms: Record<string, string> = {
  src: 'source',
  dst: 'target',
  destination: 'target',
  ro: 'readonly',
};

/**
 * `--mount type=bind,source=/a,target=/b,readonly`.
 * @throws PCH_OPTION_INVALID
 */
export function parseMount(text: string): MountSpec {
  const mount: MountSpec = { Type: 'volume', Target: '' };
  for (const field of splitCsv(text)) {
    const [name, value = ''] = splitOnce(field, '=');
    const key = synonyms[name.toLowerCase()] ?? name.toLowerCase();
    const set = setters[key];
    if (!set) throw invalidOption(flag, `one of ${Object.keys(setters).join(', ')}`, name || text);
    set(mount, value, key);
  }
  checkMount(mount, text);
  return mount;
}

function checkMount(mount: MountSpec, text: string): void {
  if (!mount.Target.startsWith('/')) throw invalidOption(flag, 'target=/ABSOLUTE/PATH', text);
  if (mount.Type === 'bind' && !mount.Source?.startsWith('/')) {
    throw invalidOption(flag, 'source=/ABSOLUTE/PATH of the host for type=bind', text);
  }
  if (mount.Type === 'tmpfs' && mount.Source) throw invalidOption(flag, 'no source for type=tmpfs', text);
  for (const [options, type] of [
    [mount.BindOptions, 'bind'],
    [mount.VolumeOptions, 'volume'],
    [mount.TmpfsOptions, 'tmpfs'],
  ] as const) {
    if (options && mount.Type !== type) {
      throw invalidOption(flag, `${type}-… options only with type=${type}`, text);
    }
  }
}

function parseTruth(key: string, value: string): boolean {
  const truth = truths[value.toLowerCase()];
  if (truth === undefined) throw invalidOption(`${flag} ${key}`, 'true or false', value);
  return truth;
}

function parseMode(key: string, value: string): number {
  if (!/^[0-7]{1,5}$/.test(value)) throw invalidOption(`${flag} ${key}`, 'octal permission bits', value);
  return Number.parseInt(value, 8);
}

function addPair(map: Record<string, string>, text: string): void {
  const [key, value = ''] = splitOnce(text, '=');
  map[key] = value;
}
