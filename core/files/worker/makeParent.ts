import { constants, fchownSync, mkdirSync, openSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { handlePath, openInside, using } from './openInside.ts';

/** Makes the directories above a path that do not exist, as /etc in a small image. */
export function makeParent(root: number, path: string, { uid, gid }: { uid: number; gid: number }): void {
  const parts = dirname(path).split('/').filter(Boolean);
  for (let count = 1; count <= parts.length; count++) {
    const at = `/${parts.slice(0, count).join('/')}`;
    try {
      using(openInside(root, at), () => undefined);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      using(openInside(root, dirname(at)), (parent) => {
        const made = `${handlePath(parent)}/${basename(at)}`;
        mkdirSync(made, { mode: 0o755 });
        using(openSync(made, constants.O_DIRECTORY | constants.O_NOFOLLOW), (handle) =>
          fchownSync(handle, uid, gid),
        );
      });
    }
  }
}
