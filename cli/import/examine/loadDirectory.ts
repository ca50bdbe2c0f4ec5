import { constants } from 'node:fs';
import { type FileHandle, lstat, open, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultExcludes } from '../sources/excludes.ts';
import { ContentBudget, contentText } from './ContentBudget.ts';
import { FileTree } from './FileTree.ts';

/** Directories whose content is left out. */
const skipped = new Set(defaultExcludes.flatMap((one) => /^(.*)\/\*$/.exec(one)?.[1] ?? []));

/** Reads the names of a directory, and the content that an examination wants. No link is followed. */
export async function loadDirectory(root: string): Promise<FileTree> {
  const tree = new FileTree();
  const budget = new ContentBudget();
  const open: string[] = ['/'];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (skipped.has(at)) continue;
    for (const name of await readdir(join(root, at))) {
      const path = join(at, name);
      if (await addFile(tree, budget, root, path)) open.push(path);
    }
  }
  return tree;
}

/** Returns whether it is a directory. */
async function addFile(tree: FileTree, budget: ContentBudget, root: string, path: string): Promise<boolean> {
  const file = join(root, path);
  const found = await lstat(file).catch(() => undefined);
  if (!found) return false;
  const common = { mode: found.mode & 0o7777, size: found.size };
  if (found.isDirectory()) tree.add(path, { ...common, kind: 'directory' });
  else if (found.isSymbolicLink()) tree.add(path, { ...common, kind: 'symlink', link: await readlink(file) });
  else if (found.isFile()) {
    const wanted = budget.take(path, found.size);
    const content = wanted === 0 ? undefined : await readHead(file, wanted);
    tree.add(path, { ...common, kind: 'file', ...(content && { content: contentText(path, content) }) });
  } else {
    const isDevice = found.isCharacterDevice() || found.isBlockDevice();
    tree.add(path, { ...common, kind: isDevice ? 'device' : 'other' });
  }
  return found.isDirectory();
}

/** A file that cannot be read is as one that was not. */
async function readHead(file: string, size: number): Promise<Buffer | undefined> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size), 0, size, 0);
    return buffer.subarray(0, bytesRead);
  } catch {
    return undefined;
  } finally {
    await handle?.close();
  }
}
