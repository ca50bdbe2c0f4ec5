/**
 * Reads paths of the host that a user, an image or a configuration file of another program chose. Each call runs in
 * a process that is killed at its deadline (`files.timeout`), so that a file system that hangs blocks nothing else.
 * `what` names the path in errors: `the device /dev/x`.
 */
export interface FileAccess {
  /** Looks up a path, links followed; undefined if it does not exist. @throws PCH_FILE_TIMEOUT */
  look(path: string, what?: string): Promise<FileFacts | undefined>;
  /**
   * Text of a regular file; undefined if it does not exist.
   * @throws PCH_FILE_TIMEOUT, or an Error if it is larger or not a regular file
   */
  readText(path: string, maxBytes: number, what?: string): Promise<string | undefined>;
  /** Names in a directory; undefined if it does not exist. @throws PCH_FILE_TIMEOUT */
  list(path: string, what?: string): Promise<string[] | undefined>;
}

/** What stat(2) finds, links followed. */
export interface FileFacts {
  /** The absolute path, links followed. */
  path: string;
  kind: FileKind;
  /** Permission bits. */
  mode: number;
  uid: number;
  gid: number;
  /** Device numbers as stat(2) packs them. */
  rdev: number;
}

/** Type of a file, as stat(2) reports it. */
export type FileKind = 'file' | 'directory' | 'block' | 'character' | 'fifo' | 'socket' | 'other';
