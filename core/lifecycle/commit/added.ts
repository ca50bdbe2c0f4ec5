/** What Pouch and the runtime have added to the root file system of a container. */
import { dirname } from 'node:path';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import type { FileOperations } from '../../files/protocol.ts';
import type { ImageFiles } from '../../images/index.ts';

type Files = Pick<ImageFiles, 'lookUp'>;

/** A file of /etc: larger ones are not Pouch's to look at. */
const mostBytes = 4 * 1024 * 1024;

/** Mount points that the image does not have, and directories above them. */
export async function pouchMountPoints({ draft }: ContainerRecord, files: Files): Promise<string[]> {
  const own = Object.entries(draft.files).filter(([, file]) => file.own);
  const added = [draft.mounts, draft.files, draft.devices].flatMap((map) => Object.keys(map));
  const paths = new Set([...added.flatMap(withAbove), ...own.flatMap(([path]) => withAbove(dirname(path)))]);
  for (const [path] of own) paths.delete(path);
  const asked = [...paths];
  const found = await files.lookUp(asked.map((path) => ({ path })));
  return asked.filter((_, index) => found[index] === null);
}

function withAbove(path: string): string[] {
  return path === '/' || path === '.' ? [] : [path, ...withAbove(dirname(path))];
}

/** Files that Pouch has written into the root file system, and what the image has there. */
export async function ownFilesOf(
  { draft }: ContainerRecord,
  files: Files,
): Promise<FileOperations['tidyLayer']['args']['own'][number][]> {
  const own = Object.entries(draft.files).flatMap(([path, { own, content, encoding }]) =>
    own && encoding !== 'base64' ? [{ path, own, content }] : [],
  );
  const found = await files.lookUp(own.map(({ path }) => ({ path, maxBytes: mostBytes })));
  return own.map((file, index) => ({ ...file, image: textIn(found[index]) }));
}

function textIn(found: Awaited<ReturnType<Files['lookUp']>>[number] | undefined): string | null {
  const content = found?.content;
  return content && 'text' in content ? content.text : null;
}
