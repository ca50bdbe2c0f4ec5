import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { skip } from '../../support/skip.ts';
import { target, type Target } from './target.ts';

export interface UsedTarget {
  readonly api: Target;
  /** A directory of its own. */
  readonly directory: string;
}

/** A daemon for the tests of a `describe`, which need root, and a directory. @param client as for `target` */
export function useTarget(client: string): UsedTarget {
  let api: Target | undefined;
  let directory = '';

  before(async function () {
    if (process.getuid?.() !== 0) return skip(this, 'needs root');
    api = await target(client);
    directory = await mkdtemp(join(tmpdir(), `pouch-${client}-`));
  });
  after(async () => {
    await api?.stop();
    if (directory) await rm(directory, { recursive: true, force: true });
  });

  return {
    get api() {
      return api!;
    },
    get directory() {
      return directory;
    },
  };
}
