import type { Readable } from 'node:stream';
import tar, { type Header } from 'tar-stream';
import { CliError } from '../../errors.ts';
import { ContentBudget, contentText } from './ContentBudget.ts';
import { type FileKind, FileTree } from './FileTree.ts';

const kinds: Partial<Record<NonNullable<Header['type']>, FileKind>> = {
  file: 'file',
  'contiguous-file': 'file',
  link: 'file',
  symlink: 'symlink',
  directory: 'directory',
  'character-device': 'device',
  'block-device': 'device',
};

/** Reads the names of a tar, and the content that an examination wants. @throws PCH_IMPORT_INVALID */
export async function loadTar(source: Readable): Promise<FileTree> {
  const tree = new FileTree();
  const budget = new ContentBudget();
  const extract = tar.extract();
  source.on('error', (error) => extract.destroy(error)).pipe(extract);
  try {
    for await (const entry of extract) {
      const { header } = entry;
      const path = pathOf(header);
      const wanted = budget.take(path, header.type === 'file' ? header.size : 0);
      const content =
        wanted === 0 ? undefined : await firstBytes(entry as AsyncIterable<Buffer>, path, wanted);
      addEntry(tree, path, header, content);
      entry.resume();
    }
  } catch (error) {
    if (error instanceof CliError) throw error;
    const hint = 'use a tar of a root directory';
    throw new CliError('PCH_IMPORT_INVALID', `cannot read the tar: ${(error as Error).message}`, hint);
  }
  return tree;
}

function pathOf({ name, pax }: Header): string {
  const path = (pax as Record<string, string> | null | undefined)?.['GNU.sparse.name'] ?? name;
  // A path that leads out is refused by the import.
  return `/${path
    .split('/')
    .filter((part) => part !== '' && part !== '.' && part !== '..')
    .join('/')}`;
}

function addEntry(tree: FileTree, path: string, header: Header, content: string | undefined): void {
  const { type, linkname, mode = 0, size = 0 } = header;
  if (path === '/') return;
  const target = type === 'link' && linkname ? tree.find(linkname) : undefined;
  tree.add(path, {
    kind: kinds[type ?? 'file'] ?? 'other',
    mode: target?.mode ?? mode & 0o7777,
    size,
    ...(type === 'symlink' && linkname && { link: linkname }),
    ...((content ?? target?.content) !== undefined && { content: content ?? target!.content! }),
  });
}

async function firstBytes(entry: AsyncIterable<Buffer>, path: string, size: number): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of entry) chunks.push(chunk);
  const bytes = Buffer.concat(chunks).subarray(0, size);
  return contentText(path, bytes);
}
