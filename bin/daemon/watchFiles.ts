/** Reloads the configuration when its files change. */
import { existsSync, type FSWatcher, realpathSync, watch } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { messageOf } from '../../hooks/errors.ts';
import { logFailure, type Reload } from './reload.ts';

/** Milliseconds from the first change to a look at the files: a program writes several at a time. */
const quietMs = 250;

export interface Watched extends Reload {
  /** Path of the main file, which may be missing. */
  main: string;
}

/** Begins once pouchd has started. Returns what ends it. */
export function watchFiles({ daemon, log, started, main }: Watched): () => void {
  let isEnded = false;
  let isLooking = false;
  let timer: NodeJS.Timeout | undefined;
  const directories = new WatchedDirectories(soon, (directory, error) =>
    log.warn('changes of the configuration are not seen here; SIGHUP and `pouch apply` read them', {
      directory,
      error: messageOf(error),
    }),
  );

  function soon(): void {
    if (!isEnded) timer ??= setTimeout(() => void look(), quietMs).unref();
  }

  async function look(): Promise<void> {
    timer = undefined;
    // A reload reads the files when it begins: what changes from then on needs another one.
    if (isLooking) return soon();
    isLooking = true;
    try {
      // Before the files are read, so that no change is missed.
      directories.watch(filesOf(main, daemon.configFiles));
      await daemon.reloadChanged();
      // They may include others now.
      if (!isEnded) directories.watch(filesOf(main, daemon.configFiles));
    } catch (error) {
      logFailure(log, error);
    } finally {
      isLooking = false;
    }
  }

  started.then(soon, () => undefined);
  return () => {
    isEnded = true;
    clearTimeout(timer);
    directories.watch([]);
  };
}

/** The main file, those of conf.d that may come, and those in force. */
function filesOf(main: string, inForce: readonly string[]): string[] {
  return [main, join(dirname(main), 'conf.d', 'any'), ...inForce];
}

/** Watches the directories of files: a file that is renamed over another one is a change of its directory. */
class WatchedDirectories {
  readonly #onChange: () => void;
  readonly #onFailure: (directory: string, error: unknown) => void;
  #watchers: FSWatcher[] = [];
  #names = new Set<string>();
  readonly #failed = new Set<string>();

  constructor(onChange: () => void, onFailure: (directory: string, error: unknown) => void) {
    this.#onChange = onChange;
    this.#onFailure = onFailure;
  }

  /** Watches these instead. A directory that was removed and created again is another one, so all are opened anew. */
  watch(files: readonly string[]): void {
    const before = this.#watchers;
    const targets = files.flatMap((file) => [file, targetOf(file)]);
    this.#names = new Set(targets.map((file) => basename(file)));
    const directories = new Set(targets.map((file) => nearestDirectory(dirname(file))));
    this.#watchers = files.length === 0 ? [] : [...directories].flatMap((directory) => this.#open(directory));
    for (const watcher of before) watcher.close();
  }

  #open(directory: string): FSWatcher[] {
    try {
      const watcher = watch(directory, { persistent: false }, (event, name) => {
        // Other files of the directory may be written all the time. Names that come and go may be those of links.
        if (event === 'rename' || name === null || this.#isOfConfig(name)) this.#onChange();
      });
      watcher.on('error', () => this.#onChange());
      this.#failed.delete(directory);
      return [watcher];
    } catch (error) {
      if (!this.#failed.has(directory)) this.#onFailure(directory, error);
      this.#failed.add(directory);
      return [];
    }
  }

  #isOfConfig(name: string): boolean {
    return this.#names.has(name) || /\.ya?ml$/.test(name);
  }
}

/** What a link leads to. */
function targetOf(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

/** The directory, or the one that it would be created in. */
function nearestDirectory(directory: string): string {
  let nearest = directory;
  while (!existsSync(nearest) && nearest !== dirname(nearest)) nearest = dirname(nearest);
  return nearest;
}
