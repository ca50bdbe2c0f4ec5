import { posix } from 'node:path';
import { field, PouchError, type DraftImage, type ImageFile } from '../../hooks/index.ts';

/** How an init of OpenRC is controlled. */
export interface OpenrcInit {
  path: string;
  stopSignal: string;
  /** A command that powers off. */
  powerOff: string;
}

const openrcPaths = ['/sbin/openrc', '/usr/sbin/openrc'];
/** Whose inittab starts OpenRC: sysvinit's in Debian and Gentoo, busybox's in Alpine. */
const initPath = '/sbin/init';
const ownInitPaths = ['/sbin/openrc-init', '/usr/sbin/openrc-init'];

/** Returns the init that starts the image's OpenRC: its /sbin/init, or OpenRC's own; undefined without either. */
export async function findInit(image: DraftImage): Promise<OpenrcInit | undefined> {
  if (!(await firstProgram(image, openrcPaths))) return undefined;
  const init = await firstProgram(image, [initPath]);
  const kind = init && posix.basename(init.path);
  if (kind === 'busybox') return { path: initPath, stopSignal: 'SIGUSR2', powerOff: 'kill -USR2 1' };
  // sysvinit runs the action ctrlaltdel of its inittab on SIGINT.
  if (kind === 'init') return { path: initPath, stopSignal: 'SIGINT', powerOff: `${initPath} 0` };
  const own = await firstProgram(image, ownInitPaths);
  // It halts on SIGTERM (src/openrc-init/openrc-init.c).
  return own && { path: own.path, stopSignal: 'SIGTERM', powerOff: 'openrc-shutdown --poweroff now' };
}

/** @throws PCH_INIT_NOT_FOUND with the expected paths */
export async function requireInit(image: DraftImage): Promise<OpenrcInit> {
  const found = await findInit(image);
  if (found) return found;
  throw new PouchError(
    'PCH_INIT_NOT_FOUND',
    `rich mode openrc: expected ${openrcPaths[0]}, and ${initPath} of sysvinit or busybox or ${ownInitPaths[0]}, in the image ${image.reference}, found none`,
    {
      field: 'rich.mode',
      hint: `leave out ${field('rich.mode')}, so that Pouch chooses one that the image can run, or use an image with the package openrc`,
    },
  );
}

async function firstProgram(image: DraftImage, paths: readonly string[]): Promise<ImageFile | undefined> {
  for (const path of paths) {
    const file = await image.stat(path);
    if (file?.kind === 'file' && (file.mode & 0o111) !== 0) return file;
  }
  return undefined;
}
