import { field, PouchError, type DraftImage, type ImageFile } from '../../hooks/index.ts';

export const initPath = '/sbin/init';

/**
 * Returns the image's /sbin/init with links resolved; undefined if it does not exist, or is systemd, which has its
 * own mode.
 */
export async function findInit(image: DraftImage): Promise<ImageFile | undefined> {
  const file = await image.stat(initPath);
  if (file?.kind !== 'file' || (file.mode & 0o111) === 0 || isSystemd(file)) return undefined;
  return file;
}

/** @throws PCH_INIT_NOT_FOUND with the expected path and the modes that the image can run */
export async function requireInit(image: DraftImage): Promise<ImageFile> {
  const found = await findInit(image);
  if (found !== undefined) return found;
  const file = await image.stat(initPath);
  const systemd = file !== undefined && isSystemd(file);
  throw new PouchError(
    'PCH_INIT_NOT_FOUND',
    `rich mode sbin-init: expected an init at ${initPath} of the image ${image.reference}, found ${systemd ? 'systemd' : 'none'}`,
    {
      field: 'rich.mode',
      hint: `use ${field('rich.mode')} ${systemd ? 'systemd or dumb-init' : 'dumb-init'} with this image`,
    },
  );
}

function isSystemd({ path }: ImageFile): boolean {
  return path.endsWith('/systemd');
}
