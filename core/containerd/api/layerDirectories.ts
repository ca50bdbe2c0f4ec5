import type { Mount } from './SnapshotsClient.ts';

/**
 * Returns the directories of a snapshot's layers, top first: a bind mount has one, an overlay its `upperdir` and
 * `lowerdir`s. Undefined for snapshotters whose layers are not directories.
 */
export function layerDirectories(mounts: readonly Mount[]): string[] | undefined {
  const [mount] = mounts;
  if (mount?.type === 'bind' && mounts.length === 1) return [mount.source];
  if (mount?.type !== 'overlay') return undefined;
  return [...option(mount, 'upperdir'), ...option(mount, 'lowerdir')];
}

/** Parses a list of overlayfs, which has colons as separators and backslashes as escapes. */
function option({ options }: Mount, name: string): string[] {
  const value = options.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);
  const found = value?.match(/(?:\\.|[^\\:])+/g) ?? [];
  return found.map((path) => path.replace(/\\(.)/g, '$1'));
}
