import type { ExtFile, ExtFileSystem } from './ext/ExtFileSystem.ts';
import { kinds } from './ext/inode.ts';
import { endOfTar, padding, tarHeader } from './tarHeader.ts';

const types: Record<number, string> = {
  [kinds.file]: '0',
  [kinds.symlink]: '2',
  [kinds.directory]: '5',
  [kinds.fifo]: '6',
};

/** Yields a tar of all files but sockets and devices, with hard links and extended attributes. */
export async function* extTar(fs: ExtFileSystem, skips: (path: string) => boolean): AsyncGenerator<Buffer> {
  /** First paths of files that have several. */
  const linked = new Map<number, string>();
  for await (const file of fs.files(skips)) {
    const { number, kind, links } = file.inode;
    const first = linked.get(number);
    if (kind === kinds.file && links > 1) linked.set(number, first ?? file.path);
    yield* member(fs, file, first);
  }
  yield endOfTar;
}

async function* member(fs: ExtFileSystem, { path, inode }: ExtFile, first?: string): AsyncGenerator<Buffer> {
  const type = first === undefined ? types[inode.kind] : '1';
  if (type === undefined) return;
  const { mode, uid, gid, mtime } = inode;
  const link =
    (first === undefined ? undefined : `.${first}`) ?? (type === '2' ? await fs.target(inode) : undefined);
  const size = type === '0' ? inode.size : 0;
  const attributes = type === '0' || type === '5' ? await fs.attributes(inode) : undefined;
  const name = `.${path}${type === '5' && path !== '/' ? '/' : ''}`;
  const optional = { ...(link !== undefined && { link }), ...(attributes && { attributes }) };
  yield tarHeader({ name, type, mode, uid, gid, mtime, size, ...optional });
  if (size === 0) return;
  yield* fs.data(inode);
  yield padding(size);
}
