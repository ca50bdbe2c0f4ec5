import { field, PouchError, type DraftImage } from '../../hooks/index.ts';

/** What of runit the image has. */
export interface RunitInit {
  /** The program that becomes PID 1. */
  path: string;
  /** Directory of the services that run. */
  services: string;
}

/** /sbin/init is a link to runit-init in Debian (package runit-init) and Void. */
const initPaths = ['/sbin/init', '/sbin/runit-init', '/usr/bin/runit-init', '/sbin/runit', '/usr/bin/runit'];
/** Stage 2 runs the services (runit(8)). */
const stagePath = '/etc/runit/2';
const serviceDirectories = ['/etc/runit/runsvdir/default', '/etc/service', '/service'];

/** Returns the image's runit; undefined if it has none, or another init that is not runit. */
export async function findInit(image: DraftImage): Promise<RunitInit | undefined> {
  if (!(await isProgram(image, stagePath))) return undefined;
  const services = await servicesOf(image);
  const init = await image.stat('/sbin/init');
  for (const path of init ? ['/sbin/init'] : initPaths)
    if (services !== undefined && (await isRunit(image, path))) return { path, services };
  return undefined;
}

/** @throws PCH_INIT_NOT_FOUND with the expected paths */
export async function requireInit(image: DraftImage): Promise<RunitInit> {
  const found = await findInit(image);
  if (found) return found;
  throw new PouchError(
    'PCH_INIT_NOT_FOUND',
    `rich mode runit: expected runit-init at /sbin/init and ${stagePath} in the image ${image.reference}, found none`,
    {
      field: 'rich.mode',
      hint: `leave out ${field('rich.mode')}, so that Pouch chooses one that the image can run, or use an image with the packages runit and runit-init`,
    },
  );
}

async function servicesOf(image: DraftImage): Promise<string | undefined> {
  for (const path of serviceDirectories) {
    const found = await image.stat(path);
    if (found?.kind === 'directory') return found.path;
  }
  return undefined;
}

async function isRunit(image: DraftImage, path: string): Promise<boolean> {
  const { path: target = '' } = (await image.stat(path)) ?? {};
  return /\/runit(-init)?$/.test(target) && (await isProgram(image, path));
}

async function isProgram(image: DraftImage, path: string): Promise<boolean> {
  const file = await image.stat(path);
  return file?.kind === 'file' && (file.mode & 0o111) !== 0;
}
