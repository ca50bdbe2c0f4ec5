import { dirname, join } from 'node:path/posix';
import { field, PouchError, type DraftImage } from '../../hooks/index.ts';

/** Paths of systemd: /lib in Debian and older distributions, /usr/lib with merged /usr. */
export const systemdPaths = ['/lib/systemd/systemd', '/usr/lib/systemd/systemd'];

/** Returns the path of the image's systemd; undefined if it has none. */
export async function findSystemd(image: DraftImage): Promise<string | undefined> {
  for (const path of systemdPaths) if (await isExecutable(image, path)) return path;
  return undefined;
}

/**
 * Whether the image's systemd accepts a v2 hierarchy in the place of its own one of v1 ("v232 variant" of its sources).
 * Its version is not in a file of a fixed name: systemd-growfs came with 236.
 */
export async function supportsHybridCgroups(image: DraftImage): Promise<boolean> {
  for (const path of systemdPaths)
    if (await isExecutable(image, join(dirname(path), 'systemd-growfs'))) return true;
  return false;
}

/** @throws PCH_INIT_NOT_FOUND with the expected paths and the modes that the image can run */
export async function requireSystemd(image: DraftImage): Promise<string> {
  const found = await findSystemd(image);
  if (found !== undefined) return found;
  const others = (await isExecutable(image, '/sbin/init')) ? 'sbin-init or dumb-init' : 'dumb-init';
  throw new PouchError(
    'PCH_INIT_NOT_FOUND',
    `rich mode systemd: expected ${systemdPaths.join(' or ')} in the image ${image.reference}, found neither`,
    {
      field: 'rich.mode',
      hint: `use ${field('rich.mode')} ${others} with this image, or an image with the package systemd`,
    },
  );
}

async function isExecutable(image: DraftImage, path: string): Promise<boolean> {
  const file = await image.stat(path);
  return file?.kind === 'file' && (file.mode & 0o111) !== 0;
}
