import { watch, type FSWatcher } from 'node:fs';
import { basename, dirname } from 'node:path';
import { happensWithin } from '../../wait/deadline.ts';
import { Deferred } from '../../wait/Deferred.ts';
import { unfinishedSuffix } from '../log/rotated.ts';

/** Milliseconds between checks of the log, with and without inotify, whose limits are per user. */
const pollMs = 1000;

/** Watches a log for growth and rotation. */
export class LogWatcher {
  readonly #watcher: FSWatcher | undefined;
  #changed = false;
  #waiting: Deferred | undefined;

  constructor(logPath: string) {
    const name = basename(logPath);
    this.#watcher = tryWatch(dirname(logPath), (file) => {
      if (file === null || (file.startsWith(name) && !file.endsWith(unfinishedSuffix))) this.wake();
    });
  }

  /** Resolves when the log has changed since the last call, or after a second. */
  async next(): Promise<void> {
    if (!this.#changed) {
      this.#waiting = new Deferred();
      await happensWithin(this.#waiting.promise, pollMs);
    }
    this.#changed = false;
  }

  wake(): void {
    this.#changed = true;
    this.#waiting?.resolve();
  }

  close(): void {
    this.#watcher?.close();
  }
}

function tryWatch(directory: string, onChange: (file: string | null) => void): FSWatcher | undefined {
  try {
    const watcher = watch(directory, (_event, file) => onChange(file));
    return watcher.on('error', () => watcher.close());
  } catch {
    return undefined;
  }
}
