import type { BlockReader } from '../BlockReader.ts';
import { diskInvalid } from '../diskError.ts';
import { readAttributes } from './attributes.ts';
import { directoryEntries, maxDirectoryBytes } from './directory.ts';
import { fileData, wholeFile } from './fileData.ts';
import { type Inode, kinds, readInode } from './inode.ts';
import { readSuperblock, type Superblock } from './superblock.ts';

const rootInode = 2;
/** Linux's PATH_MAX, which limits the target of a link, too. */
const maxPath = 4096;

/** A file with its path, `/` for the root directory. */
export interface ExtFile {
  path: string;
  inode: Inode;
}

/** An ext2, ext3 or ext4 file system, read without the kernel. */
export class ExtFileSystem {
  readonly #part: BlockReader;
  readonly #fs: Superblock;

  private constructor(part: BlockReader, fs: Superblock) {
    this.#part = part;
    this.#fs = fs;
  }

  /** @throws PCH_IMPORT_INVALID, PCH_NOT_SUPPORTED */
  static async open(part: BlockReader): Promise<ExtFileSystem> {
    return new ExtFileSystem(part, await readSuperblock(part));
  }

  /** Yields all files, directories before what is in them. `skips` says which are left out, with all below them. */
  async *files(skips: (path: string) => boolean = () => false): AsyncGenerator<ExtFile> {
    const root = { path: '/', inode: await this.#inode(rootInode) };
    if (root.inode.kind !== kinds.directory) throw diskInvalid('its root is not a directory');
    const seen = new Set([rootInode]);
    const open = [root];
    yield root;
    for (let directory = open.pop(); directory; directory = open.pop())
      for (const { name, inode: number } of await this.#entries(directory.inode)) {
        const path = directory.path === '/' ? `/${name}` : `${directory.path}/${name}`;
        if (skips(path)) continue;
        if (path.length > maxPath) throw diskInvalid('a path is too long');
        const file = { path, inode: await this.#inode(number) };
        yield file;
        if (file.inode.kind !== kinds.directory) continue;
        // A directory has one place; another would be a circle.
        if (seen.has(number)) throw diskInvalid(`${path} is in two directories`);
        seen.add(number);
        open.push(file);
      }
  }

  /** Names in the root directory. */
  async rootNames(): Promise<string[]> {
    return (await this.#entries(await this.#inode(rootInode))).map(({ name }) => name);
  }

  data(inode: Inode): AsyncGenerator<Buffer> {
    return fileData(this.#part, this.#fs, inode);
  }

  /** Returns the first bytes of a file. */
  async head(inode: Inode, bytes: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    let length = 0;
    for await (const piece of this.data(inode)) {
      pieces.push(piece);
      length += piece.length;
      if (length >= bytes) break;
    }
    return Buffer.concat(pieces).subarray(0, bytes);
  }

  /** Returns the target of a symbolic link: short ones are in the inode. */
  async target(inode: Inode): Promise<string> {
    if (inode.size < inode.map.length && !inode.hasExtents) return inode.map.toString('utf8', 0, inode.size);
    return (await wholeFile(this.#part, this.#fs, inode, maxPath)).toString('utf8');
  }

  attributes(inode: Inode): Promise<Map<string, Buffer>> {
    return readAttributes(this.#part, this.#fs, inode);
  }

  #inode(number: number): Promise<Inode> {
    return readInode(this.#part, this.#fs, number);
  }

  async #entries(inode: Inode) {
    const data = await wholeFile(this.#part, this.#fs, inode, maxDirectoryBytes);
    return [...directoryEntries(data, this.#fs.blockBytes)];
  }
}
