import { joinCsv } from '../../../client/options/csv.ts';
import type { ComposeNode } from '../ComposeNode.ts';
import type { Names } from '../names.ts';
import { used, type Words } from '../words.ts';

export function mountWords(volumes: ComposeNode, names: Names): Words {
  const items = volumes.items();
  return {
    volume: items.filter(({ isMap }) => !isMap).flatMap((item) => volumeText(item, names) ?? []),
    mount: items.filter(({ isMap }) => isMap).flatMap((item) => mountText(item, names) ?? []),
  };
}

/** `SOURCE:TARGET[:OPTIONS]`, or a target alone. */
function volumeText(volume: ComposeNode, names: Names): string | undefined {
  const [first = '', ...rest] = volume.string()?.split(':') ?? [];
  if (first === '') return undefined;
  if (first.startsWith('~')) volume.problem(`expected an absolute path, found ${first}`);
  return rest.length === 0 ? first : [sourceOf(volume, first, names), ...rest].join(':');
}

function sourceOf({ reader }: ComposeNode, text: string, { volumeOf }: Names): string {
  return /^[./~]/.test(text) ? reader.absolute(text) : volumeOf(text);
}

function mountText(mount: ComposeNode, names: Names): string | undefined {
  const type = mount.get('type').string() ?? '';
  const own = Object.hasOwn(ofType, type) ? ofType[type as keyof typeof ofType] : undefined;
  if (!own)
    return void mount.problem(`expected the type bind, volume or tmpfs, found ${JSON.stringify(type)}`);
  const source = mount.get('source').string();
  mount.get('consistency').note('left out: it changes nothing on Linux');
  const options = used({
    type,
    source: source === undefined ? undefined : sourceOf(mount, source, names),
    target: mount.get('target').text(),
    readonly: ifTrue(mount.get('read_only')),
    ...own(mount.get(type)),
  });
  return joinCsv(Object.entries(options).map(([key, value]) => `${key}=${String(value)}`));
}

const ofType = {
  bind(options: ComposeNode): Words {
    const recursive = options.get('recursive');
    if (recursive.value !== 'disabled') recursive.expectOnly('enabled');
    return {
      'bind-propagation': options.get('propagation').text(),
      'bind-create-src': ifTrue(options.get('create_host_path')),
      'bind-nonrecursive': recursive.value === 'disabled' ? true : undefined,
    };
  },
  volume: (options: ComposeNode): Words => ({ 'volume-nocopy': ifTrue(options.get('nocopy')) }),
  tmpfs: (options: ComposeNode): Words => ({
    'tmpfs-size': options.get('size').text(),
    'tmpfs-mode': modeText(options.get('mode')),
  }),
};

function ifTrue(flag: ComposeNode): true | undefined {
  return flag.flag() === true ? true : undefined;
}

/** Octal digits, whether they are written as `1777`, `01777` or `0o1777`; a number of other digits is decimal. */
function modeText(mode: ComposeNode): string | undefined {
  if (!mode.isSet) return undefined;
  const text = typeof mode.value === 'string' ? mode.value : (mode.reader.sourceOf(mode.path) ?? '');
  const [, octal] = /^0?o?([0-7]{3,4})$/.exec(text) ?? [];
  if (octal === undefined)
    mode.problem(`expected an octal mode such as 1777, found ${JSON.stringify(mode.value)}`);
  return octal;
}
