import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';

/** Facts of a path of a container, as Docker's API has them. A link is followed if `/` or `/.` ends the path. */
export interface PathStat {
  /** The last part of the path; `.` if the path ends in one, and `/` for the root. */
  name: string;
  /** Bytes. */
  size: number;
  /** Of Go's os.FileMode: permission bits, and flags for the type of the file from bit 31 down. */
  mode: number;
  /** RFC 3339 with nanoseconds. */
  mtime: string;
  /** Where a link leads, within the container; empty for others. */
  linkTarget: string;
}

/** Files of a container as a tar archive. */
export interface ContainerArchive {
  stat: PathStat;
  /** Destroying it ends the copy; an error of it means that the archive is not complete. */
  body: Readable;
}

/** The connection of a client that gets an archive. */
export interface ArchiveReceiver {
  /** Without encryption. The archive is written to it as chunks of an HTTP body (RFC 9112), without the last chunk. */
  socket: Socket;
  /** Called when the path is found; resolves when all that precedes the archive is written. */
  begin(stat: PathStat): Promise<void>;
}

/** How an archive is extracted into a container. */
export interface ExtractOptions {
  /** A directory of the container. */
  path: string;
  /** Refuses to replace a directory by another file, and the other way round. */
  noOverwriteDirNonDir?: boolean;
  /** Gives all files to the user of the container, instead of their owners in the archive. */
  asUser?: boolean;
}

/** A path of a container that its image has otherwise. */
export interface RootChange {
  path: string;
  kind: 'added' | 'changed' | 'deleted';
}
