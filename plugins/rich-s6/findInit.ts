import { field, PouchError, type DraftImage } from '../../hooks/index.ts';

/** What of s6 the image has. */
export interface S6Init {
  /** s6-overlay's own init, or s6-svscan. */
  kind: 'overlay' | 'svscan';
  path: string;
  /** Why it is this mode that the image wants; missing: it has the programs only, as an image with another init may. */
  suits?: string;
}

const overlayPath = '/init';
const overlayDirectories = ['/package/admin/s6-overlay', '/etc/s6-overlay', '/etc/s6/init'];
const scanPaths = ['/usr/bin/s6-svscan', '/bin/s6-svscan', '/command/s6-svscan'];
/** Where images have services of s6: distributions differ. */
export const serviceDirectories = ['/etc/s6/services', '/etc/s6/service', '/etc/services.d', '/service'];

/** Returns the image's s6; undefined if it has none. */
export async function findInit(image: DraftImage): Promise<S6Init | undefined> {
  if ((await isProgram(image, overlayPath)) && (await directories(image, overlayDirectories)).length > 0)
    return { kind: 'overlay', path: overlayPath, suits: `${overlayPath} of s6-overlay` };
  for (const path of scanPaths) {
    if (!(await isProgram(image, path))) continue;
    const services = await directories(image, serviceDirectories);
    const isAlone = (await image.stat('/sbin/init')) === undefined;
    const suits = isAlone && services.length > 0 ? `${path} and services in ${services[0]}` : undefined;
    return { kind: 'svscan', path, ...(suits && { suits }) };
  }
  return undefined;
}

/** @throws PCH_INIT_NOT_FOUND with the expected paths */
export async function requireInit(image: DraftImage): Promise<S6Init> {
  const found = await findInit(image);
  if (found) return found;
  throw new PouchError(
    'PCH_INIT_NOT_FOUND',
    `rich mode s6: expected ${scanPaths[0]}, or ${overlayPath} of s6-overlay, in the image ${image.reference}, found neither`,
    {
      field: 'rich.mode',
      hint: `leave out ${field('rich.mode')}, so that Pouch chooses one that the image can run, or use an image with the package s6`,
    },
  );
}

async function directories(image: DraftImage, paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    paths.map(async (path) => ((await image.stat(path))?.kind === 'directory' ? [path] : [])),
  );
  return found.flat();
}

async function isProgram(image: DraftImage, path: string): Promise<boolean> {
  const file = await image.stat(path);
  return file?.kind === 'file' && (file.mode & 0o111) !== 0;
}
