/**
 * Reads paths of the host that somebody else chose: a user, an image, a configuration file of another program. Each call is
 * done by a process that is killed at its deadline (`files.timeout`), so that a file system that hangs holds up nothing else.
 * `what` names the path in errors: `the device /dev/x`.
 */
export interface FileAccess {
  /** What is at a path, links followed; undefined if nothing is. @throws PCH_FILE_TIMEOUT */
  look(path: string, what?: string): Promise<FileFacts | undefined>;
  /**
   * Text of a regular file; undefined if nothing is there.
   * @throws PCH_FILE_TIMEOUT, or an Error if it is larger or not a regular file
   */
  readText(path: string, maxBytes: number, what?: string): Promise<string | undefined>;
  /** Names in a directory; undefined if it does not exist. @throws PCH_FILE_TIMEOUT */
  list(path: string, what?: string): Promise<string[] | undefined>;
}

/** What stat(2) finds, links followed. */
export interface FileFacts {
  kind: FileKind;
  /** Permission bits. */
  mode: number;
  uid: number;
  gid: number;
  /** Device numbers as stat(2) packs them. */
  rdev: number;
}

export type FileKind = 'file' | 'directory' | 'block' | 'character' | 'fifo' | 'socket' | 'other';
