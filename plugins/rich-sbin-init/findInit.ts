import { PouchError, type DraftImage, type ImageFile } from '../../hooks/index.ts';

export const initPath = '/sbin/init';

/** The image's /sbin/init after links; undefined if there is none, or it is systemd, which has a mode of its own. */
export async function findInit(image: DraftImage): Promise<ImageFile | undefined> {
  const file = await image.stat(initPath);
  if (file?.kind !== 'file' || (file.mode & 0o111) === 0 || isSystemd(file)) return undefined;
  return file;
}

/** @throws PCH_INIT_NOT_FOUND saying what was looked for and what the image can run instead */
export async function requireInit(image: DraftImage): Promise<ImageFile> {
  const found = await findInit(image);
  if (found !== undefined) return found;
  const file = await image.stat(initPath);
  const systemd = file !== undefined && isSystemd(file);
  throw new PouchError(
    'PCH_INIT_NOT_FOUND',
    `rich mode sbin-init needs an init at ${initPath}; ${
      systemd ? `that of the image ${image.reference} is systemd` : `the image ${image.reference} has none`
    }`,
    { hint: `This image can run --rich-mode ${systemd ? 'systemd or dumb-init' : 'dumb-init'}.` },
  );
}

function isSystemd({ path }: ImageFile): boolean {
  return path.endsWith('/systemd');
}
