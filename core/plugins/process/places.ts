/** What the process of a confined plugin sees of the host's files, as options of `pouch-confine`. */
import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PluginGrants } from '../../../config/types.ts';

/** What confines the processes of plugins. */
export interface Confinement {
  /** Path of `pouch-confine`. */
  readonly program: string;
  /** Files and directories of pouchd that no plugin sees. */
  readonly hidden: readonly string[];
}

interface PlaceSettings {
  /** The file of the plugin; a built-in one has none. */
  readonly path?: string | undefined;
  /** argv of the program that hosts a module. */
  readonly hostCommand?: readonly string[] | undefined;
  /** The executable of a sidecar, and a directory that it writes to. */
  readonly sidecar?: { readonly executable: string; readonly runtime: string };
  readonly grants: Pick<PluginGrants, 'paths'>;
  readonly confinement: Confinement;
}

type PlaceKind = 'own' | 'read' | 'write' | 'runtime' | 'hide';

interface Place {
  readonly kind: PlaceKind;
  readonly source: string;
  readonly target: string;
}

/** Of equal targets the last one is seen. */
const kinds: readonly PlaceKind[] = ['own', 'read', 'write', 'hide', 'runtime'];

/** Every plugin sees it, read-only. */
const system = '/usr';

/**
 * Returns them with directories before what is below them: the files of the plugin and of the program that hosts it,
 * the paths of its grants, and what is hidden in these.
 */
export function placesOf({ path, hostCommand, sidecar, grants, confinement }: PlaceSettings): string[] {
  const { read = [], write = [] } = grants.paths ?? {};
  const shown = [
    ...[...(path === undefined ? [] : filesOf(path)), ...(hostCommand ? hostFiles(hostCommand) : [])].flatMap(
      own,
    ),
    ...(sidecar ? [...filesOf(sidecar.executable).flatMap(own), ...runtime(sidecar.runtime)] : []),
    ...read.map((target): Place => ({ kind: 'read', source: target, target })),
    ...write.map((target): Place => ({ kind: 'write', source: target, target })),
  ];
  const hidden = confinement.hidden.flatMap((secret) => hiddenIn(shown, secret));
  return [...shown, ...hidden].sort(byTarget).flatMap(({ kind, source, target }) => {
    return kind === 'own' || kind === 'runtime' ? [`--${kind}`, source, target] : [`--${kind}`, target];
  });
}

/** Whether a path is the directory or below it. */
export function isWithin(path: string, directory: string): boolean {
  return directory === '/' || path === directory || path.startsWith(`${directory}/`);
}

/** The folder of a plugin and the packages above it; a folder that many things share is not shown as a whole. */
function filesOf(path: string): string[] {
  const folder = dirname(path);
  const packages = ancestorsOf(folder).map((above) => join(above, 'node_modules'));
  return [isShared(folder) ? path : folder, ...packages];
}

/** A directory and those above it. */
export function ancestorsOf(folder: string): string[] {
  const above = dirname(folder);
  return above === folder ? [folder] : [folder, ...ancestorsOf(above)];
}

/** `/etc`, `/home/ann`, `/var/lib`: a folder for plugins is below. */
export function isShared(folder: string): boolean {
  const real = realOf(folder) ?? folder;
  const depth = real.split('/').filter(Boolean).length;
  return depth < 2 || (depth === 2 && /^\/(home|var|usr)\//.test(real));
}

/** The interpreter, and the installation of Pouch. */
function hostFiles([interpreter = '', ...args]: readonly string[]): string[] {
  const dist = dirname(dirname(args.at(-1) ?? ''));
  const project = dirname(dist);
  return [interpreter, dist, join(project, 'node_modules'), join(project, 'package.json')];
}

/** At its place, and where its links lead. */
function own(target: string): Place[] {
  const source = realOf(target);
  if (source === undefined || source === '/') return [];
  const places = [...new Set([source, target])].map((seen): Place => ({ kind: 'own', source, target: seen }));
  return places.filter((place) => place.source !== place.target || !isWithin(place.target, system));
}

function runtime(target: string): Place[] {
  const source = realOf(target);
  return source === undefined ? [] : [{ kind: 'runtime', source, target }];
}

/** Undefined where nothing is: the text of a plugin may have been kept without its file. */
function realOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function hiddenIn(shown: readonly Place[], path: string): Place[] {
  const secret = realOf(path);
  if (secret === undefined) return [];
  const places = [...shown, { kind: 'own', source: system, target: system } satisfies Place];
  const inside = places.filter(({ source }) => isWithin(secret, source));
  const targets = inside.map(({ source, target }) => `${target}${secret.slice(source.length)}`);
  return [...new Set(targets)].map((target) => ({ kind: 'hide', source: target, target }));
}

function byTarget(a: Place, b: Place): number {
  const [left, right] = [`${a.target}/`, `${b.target}/`];
  if (left === right) return kinds.indexOf(a.kind) - kinds.indexOf(b.kind);
  return left < right ? -1 : 1;
}
