import { PouchError, type DraftImage } from '../../hooks/index.ts';

/** Where distributions keep systemd: older ones and Debian in /lib, merged-usr ones in /usr/lib. */
export const systemdPaths = ['/lib/systemd/systemd', '/usr/lib/systemd/systemd'];

/** The image's systemd; undefined if it has none. */
export async function findSystemd(image: DraftImage): Promise<string | undefined> {
  for (const path of systemdPaths) if (await isExecutable(image, path)) return path;
  return undefined;
}

/** @throws PCH_INIT_NOT_FOUND saying what was looked for and what the image can run instead */
export async function requireSystemd(image: DraftImage): Promise<string> {
  const found = await findSystemd(image);
  if (found !== undefined) return found;
  const others = (await isExecutable(image, '/sbin/init')) ? 'sbin-init or dumb-init' : 'dumb-init';
  throw new PouchError(
    'PCH_INIT_NOT_FOUND',
    `rich mode systemd needs ${systemdPaths.join(' or ')}; the image ${image.reference} has neither`,
    { hint: `This image can run --rich-mode ${others}; or make one with the package systemd in it.` },
  );
}

async function isExecutable(image: DraftImage, path: string): Promise<boolean> {
  const file = await image.stat(path);
  return file?.kind === 'file' && (file.mode & 0o111) !== 0;
}
