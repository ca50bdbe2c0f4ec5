import { ContentBudget, contentText } from '../examine/ContentBudget.ts';
import { type FileKind, FileTree } from '../examine/FileTree.ts';
import type { ExtFile, ExtFileSystem } from './ext/ExtFileSystem.ts';
import { kinds } from './ext/inode.ts';

const names: Record<number, FileKind> = {
  [kinds.file]: 'file',
  [kinds.directory]: 'directory',
  [kinds.symlink]: 'symlink',
  [kinds.charDevice]: 'device',
  [kinds.blockDevice]: 'device',
};

/** Reads the names of a file system, and the content that an examination wants. */
export async function loadDisk(fs: ExtFileSystem, skips: (path: string) => boolean): Promise<FileTree> {
  const tree = new FileTree();
  const budget = new ContentBudget();
  for await (const file of fs.files(skips)) if (file.path !== '/') await addFile(tree, budget, fs, file);
  return tree;
}

async function addFile(tree: FileTree, budget: ContentBudget, fs: ExtFileSystem, { path, inode }: ExtFile) {
  const { kind, mode, size } = inode;
  const wanted = budget.take(path, kind === kinds.file ? size : 0);
  const content = wanted === 0 ? undefined : contentText(path, await fs.head(inode, wanted));
  const link = kind === kinds.symlink ? await fs.target(inode) : undefined;
  tree.add(path, {
    kind: names[kind] ?? 'other',
    mode,
    size,
    ...(link !== undefined && { link }),
    ...(content !== undefined && { content }),
  });
}
