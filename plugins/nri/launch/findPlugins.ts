import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Logger, messageOf, PouchError } from '../../../hooks/index.ts';
import { checkedName } from '../session/pluginName.ts';

/** An executable that pouchd launches. */
export interface FoundPlugin {
  /** `10-foo` */
  readonly name: string;
  /** `10` */
  readonly index: string;
  /** `foo` */
  readonly base: string;
  readonly path: string;
}

/**
 * The executables of a directory that are named INDEX-NAME, in their order; none if the directory does not exist.
 * Others are logged and left alone (pkg/adaptation/adaptation.go, discoverPlugins).
 * @throws PCH_PLUGIN_OPTIONS if it cannot be read
 */
export function findPlugins(directory: string, log: Pick<Logger, 'warn'>): FoundPlugin[] {
  return namesIn(directory).flatMap((file) => {
    const path = join(directory, file);
    if (!isExecutable(path)) return [];
    const [, index = '', base = ''] = /^([^-]*)-?(.*)$/s.exec(file) ?? [];
    try {
      return { name: checkedName(index, base), index, base, path };
    } catch (error) {
      log.warn('a file is not launched as an NRI plugin', { path, error: messageOf(error) });
      return [];
    }
  });
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new PouchError(
      'PCH_PLUGIN_OPTIONS',
      `pluginPath: ${directory} cannot be read: ${messageOf(error)}`,
      {
        hint: 'name a directory of executables such as 10-foo, or leave `pluginPath` out',
      },
    );
  }
}

/** Links are followed: where they lead is checked when it is started. */
function isExecutable(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats !== undefined && stats.isFile() && (stats.mode & 0o111) !== 0;
}
