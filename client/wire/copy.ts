/** Facts of a path of a container: JSON in base64, in the header `X-Docker-Container-Path-Stat`. */
export interface PathStatWire {
  name: string;
  size: number;
  /** Of Go's os.FileMode: permission bits, and flags for the type of the file. */
  mode: number;
  /** RFC 3339. */
  mtime: string;
  /** Where a link leads, within the container; empty for others. */
  linkTarget: string;
}

/** A path that a container has otherwise than its image. Kind 0: changed, 1: added, 2: deleted. */
export interface FilesystemChangeWire {
  Path: string;
  Kind: 0 | 1 | 2;
}
