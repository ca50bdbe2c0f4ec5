import { posix } from 'node:path';

export type FileKind = 'file' | 'directory' | 'symlink' | 'device' | 'other';

/** A file of a root file system that is not run and not mounted. */
export interface TreeFile {
  kind: FileKind;
  /** Permission bits, with setuid, setgid and sticky. */
  mode: number;
  /** Bytes. */
  size: number;
  /** Target of a symbolic link. */
  link?: string;
  /** Text of a file that was read: those that {@link wantsContent} names. */
  content?: string;
}

/** A file that was found, with links resolved. */
export interface FoundFile extends TreeFile {
  path: string;
}

/** As Linux (path_resolution(7)). */
const maxLinks = 40;

/** The names of a root file system, and the content of some files. Links resolve inside the root only. */
export class FileTree {
  readonly #files = new Map<string, TreeFile>();
  readonly #children = new Map<string, Set<string>>();

  constructor() {
    this.#files.set('/', { kind: 'directory', mode: 0o755, size: 0 });
  }

  /** Adds a file, and the directories above it that are not known. */
  add(name: string, file: TreeFile): void {
    const path = posix.join('/', name);
    this.#files.set(path, file);
    for (let at = path; at !== '/'; at = posix.dirname(at)) {
      const parent = posix.dirname(at);
      const names = this.#children.get(parent) ?? new Set();
      this.#children.set(parent, names.add(posix.basename(at)));
      if (!this.#files.has(parent)) this.#files.set(parent, { kind: 'directory', mode: 0o755, size: 0 });
    }
  }

  /** All paths, without the root. */
  *paths(): Generator<[path: string, file: TreeFile]> {
    for (const entry of this.#files) if (entry[0] !== '/') yield entry;
  }

  /** Returns the file itself, a link too; links in its directory are resolved. */
  lookAt(path: string): FoundFile | undefined {
    const parent = this.#resolve(posix.dirname(posix.join('/', path)));
    const at = parent === undefined ? undefined : posix.join(parent, posix.basename(path));
    const file = at === undefined ? undefined : this.#files.get(at);
    return file && { ...file, path: at! };
  }

  /** Returns the file that the path leads to. */
  find(path: string): FoundFile | undefined {
    const at = this.#resolve(path);
    const file = at === undefined ? undefined : this.#files.get(at);
    return file && { ...file, path: at! };
  }

  isProgram(path: string): boolean {
    const file = this.find(path);
    return file?.kind === 'file' && (file.mode & 0o111) !== 0;
  }

  isDirectory(path: string): boolean {
    return this.find(path)?.kind === 'directory';
  }

  /** Returns the names in a directory, sorted; none if it does not exist. */
  list(path: string): string[] {
    const at = this.#resolve(path);
    return at === undefined ? [] : [...(this.#children.get(at) ?? [])].sort();
  }

  /** Returns the text of a file; empty if it does not exist or was not read. */
  read(path: string): string {
    return this.find(path)?.content ?? '';
  }

  /** Returns the lines of a file without comments and empty ones, trimmed. */
  lines(path: string): string[] {
    const lines = this.read(path).split('\n');
    return lines.map((line) => line.replace(/^\s*[#;].*/, '').trim()).filter(Boolean);
  }

  /** Returns the paths of files in a directory whose names match. */
  filesIn(directory: string, pattern = /./): string[] {
    const names = this.list(directory).filter((name) => pattern.test(name));
    return names
      .map((name) => posix.join(directory, name))
      .filter((path) => this.find(path)?.kind === 'file');
  }

  #resolve(path: string): string | undefined {
    let links = 0;
    let at = '/';
    const rest = parts(path);
    for (let part = rest.shift(); part !== undefined; part = rest.shift()) {
      const next = part === '..' ? posix.dirname(at) : posix.join(at, part);
      const file = this.#files.get(next);
      if (!file) return undefined;
      if (file.kind !== 'symlink') {
        at = next;
        continue;
      }
      if (++links > maxLinks) return undefined;
      const target = file.link ?? '';
      if (target.startsWith('/')) at = '/';
      rest.unshift(...parts(target));
    }
    return at;
  }
}

function parts(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}
