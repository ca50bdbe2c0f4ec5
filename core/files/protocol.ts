/**
 * The protocol between the daemon and a file worker: one JSON object per line in each direction, one request at a
 * time. Both are from the same build.
 */
import type { Framing } from '../../hooks/connection/BodyDecoder.ts';
import type { ImageFile } from '../../hooks/draft.ts';
import type { PathStat } from '../../hooks/engine.ts';
import type { FileFacts, FileKind } from '../../hooks/files.ts';
import type { FirstBootSetup } from '../contract/firstBoot/types.ts';
import type { OciIdMapping } from '../../hooks/oci.ts';
import type { ProcessIdentity } from '../supervise/processIdentity.ts';

/** A file's text, or why it was not read. */
export type FileText =
  | { text: string }
  | { missing: true }
  /** It exists and was not read. The message has what was expected and found. */
  | { refused: string };

/** A path of an image to look up. */
export interface LayerLookup {
  path: string;
  /** Undefined: the content is not read. */
  maxBytes?: number;
  /** Destinations of mounts over the image: what is below one is not looked up. */
  mounts?: readonly string[];
}

/** A file of an image, after following links. */
export interface LayerFile extends ImageFile {
  /** The content of a regular file, if `maxBytes` was given. */
  content?: { text: string } | { tooLarge: number };
  /** The path leads into a mount, and the other fields say nothing. */
  isMounted?: true;
}

/** A snapshot's mount, as containerd describes it. */
export interface SnapshotMount {
  type: string;
  source: string;
  options: readonly string[];
}

/** A part of a path, without following links. */
export interface PathStep {
  path: string;
  kind: FileKind | 'link';
  /** Permission bits. */
  mode: number;
  uid: number;
  /** Of a link. */
  target?: string;
}

/** A path that two root file systems of a container have differently. */
export interface RootChange {
  path: string;
  kind: 'added' | 'changed' | 'deleted';
}

/** One of two root file systems that are compared. */
export interface RootOfDiff {
  snapshot: SnapshotMount;
  /** Temporary mount point of the snapshot. */
  mountPoint: string;
  /** Directory of the writable layer. */
  layer: string;
}

/** A file that Pouch puts on the host for the life of an effect. */
export interface PlacedFile {
  path: string;
  content: string;
  mode: number;
  uid: number;
  gid: number;
  /** Replaces a file that exists, and restores it at the removal. */
  replace: boolean;
}

/** What is mounted over the root file system of a container that does not run. */
export interface ViewMount {
  source: string;
  /** Path in the container. */
  target: string;
  /** Of mount(8); `idmap` as that of a draft's mount; `absent`: data that exists only while the container runs. */
  options: readonly string[];
}

/** The files of a container: those that its processes see, or of one that does not run. */
export type ContainerView =
  | { init: ProcessIdentity }
  | {
      snapshot: SnapshotMount;
      /** File of a user namespace with the container's ids; null without. */
      userns: string | null;
      uidMappings: readonly OciIdMapping[];
      gidMappings: readonly OciIdMapping[];
      mounts: readonly ViewMount[];
      /** Whether mount points are made, and files can be written. */
      isWritable: boolean;
      /** Whether the container has its root file system read-only. */
      isReadonly: boolean;
      /** Directory for mounts, in a mount namespace of the worker's. */
      scratch: string;
    };

/** A file in a container's root file system. */
export interface OwnFile {
  path: string;
  content: string;
  /** As that of a draft's file. */
  own: 'once' | 'lines' | 'freshLines';
  /** Permission bits of a new file. */
  mode: number;
}

/** Arguments and result of each operation. Paths are those of the host by default. */
export interface FileOperations {
  /** Null stands for a path that does not exist. */
  look: { args: { paths: readonly string[] }; result: (FileFacts | null)[] };
  /** Lists the names in a directory; null if it does not exist. */
  list: { args: { path: string }; result: string[] | null };
  /** The path and the directories above it, outermost first, links not followed, as far as they exist. */
  trace: { args: { path: string }; result: PathStep[] };
  readFiles: { args: { paths: readonly string[]; maxBytes: number }; result: FileText[] };
  /** Creates a directory and its parents; succeeds if it exists. */
  makeDirectory: { args: { path: string; mode?: number }; result: null };
  /** Creates directories, outermost first; succeeds for those that exist. */
  makeDirectories: { args: { paths: readonly string[] }; result: null };
  /** Succeeds if the file is placed already. EEXIST: another file has its path. */
  placeFile: { args: PlacedFile; result: null };
  /** Removes what `placeFile` has placed or begun to, and restores the earlier file. */
  removeFile: { args: { path: string }; result: null };
  /** Succeeds if the link exists. EEXIST: something else has its path. */
  placeLink: { args: { path: string; to: string }; result: null };
  /** Removes the link; succeeds if it does not exist or points elsewhere. */
  removeLink: { args: { path: string; to: string }; result: null };
  /** Succeeds if `from` does not exist. */
  rename: { args: { from: string; to: string }; result: null };
  /** `paths` are those of the container. */
  readContainer: {
    args: { init: ProcessIdentity; paths: readonly string[]; maxBytes: number };
    result: FileText[];
  };
  /**
   * Writes files of a container that is created and has not started. `first`: it never ran. `owner` is that of new
   * files. Null stands for success, a text is why a file was left as it is.
   */
  writeInside: {
    args: {
      init: ProcessIdentity;
      files: readonly OwnFile[];
      first: boolean;
      owner: { uid: number; gid: number };
    };
    result: (string | null)[];
  };
  /**
   * Gives a container that never ran users, keys and files; ids are those of the container. What it has already stays.
   * A text is why one of them was left out.
   */
  firstBoot: {
    args: {
      init: ProcessIdentity;
      setup: FirstBootSetup;
      uidMappings: readonly OciIdMapping[];
      gidMappings: readonly OciIdMapping[];
      /** Days since 1970, for /etc/shadow. */
      today: number;
    };
    result: string[];
  };
  /**
   * Takes mounts of a container away, as far as they exist, and mounts files of the host, read-only, on its files. Null
   * stands for success, a text is why one is not mounted.
   */
  mountInside: {
    args: {
      init: ProcessIdentity;
      unmount: readonly string[];
      mounts: readonly { source: string; target: string }[];
    };
    result: (string | null)[];
  };
  /**
   * Mounts a directory or file of the host, with what is mounted below it, in a container that runs. `owner` is that of
   * a missing mount point, and its files get the ids of `userns`, unless that is null.
   */
  bindInside: {
    args: {
      init: ProcessIdentity;
      source: string;
      target: string;
      options: readonly string[];
      userns: string | null;
      owner: { uid: number; gid: number };
    };
    result: null;
  };
  /** Returns false if nothing is mounted on the path. EBUSY: processes use it, and `force` is not set. */
  unbindInside: { args: { init: ProcessIdentity; target: string; force: boolean }; result: boolean };
  /**
   * Binds a device node of the host on a new file of a container that runs; `owner` is that of the file. EEXIST: the
   * path has something else than an empty file.
   */
  addDeviceInside: {
    args: { init: ProcessIdentity; source: string; target: string; owner: { uid: number; gid: number } };
    result: null;
  };
  /**
   * Unmounts a device node that is one of `sources`. With `numbers`, a node of these that the runtime has created is
   * removed. The path may have something else by now, which stays.
   */
  removeDeviceInside: {
    args: {
      init: ProcessIdentity;
      target: string;
      sources: readonly string[];
      numbers: { major: number; minor: number } | null;
    };
    result: null;
  };
  /** Sets the host name of a container. */
  setHostname: { args: { init: ProcessIdentity; hostname: string }; result: null };
  /**
   * Looks up files of an image in the directories of its layers, top first. Null stands for a path that does not exist;
   * `missing` is a directory that does not exist.
   */
  readLayers: {
    args: { layers: readonly string[]; lookups: readonly LayerLookup[] };
    result: { files: (LayerFile | null)[] } | { missing: string };
  };
  /** Replaces the content of an existing regular file, in place. */
  overwrite: { args: { path: string; content: string }; result: null };
  /** Reads the end of a regular file; empty if it does not exist. */
  readEnd: { args: { path: string; maxBytes: number }; result: string };
  fillVolume: {
    args: {
      snapshot: SnapshotMount;
      /** Temporary mount point of the snapshot. */
      mountPoint: string;
      /** The directory in the snapshot. */
      path: string;
      target: string;
      /** Temporary directory beside the target. */
      staging: string;
    };
    result: null;
  };
  /** Removes the leftovers of an interrupted `fillVolume`. */
  clearFill: { args: { mountPoint: string; staging: string }; result: null };
  /** Copies the content of a writable layer to another one, in place of what that has. */
  copyLayer: { args: { from: string; to: string }; result: null };
  /**
   * Prepares the copy of a writable layer for an image: without empty `mountPoints` and `own` files as Pouch wrote them
   * (`image`: the text that the image has there), and with the ids of the container.
   */
  tidyLayer: {
    args: {
      layer: string;
      mountPoints: readonly string[];
      own: readonly (Pick<OwnFile, 'path' | 'content' | 'own'> & { image: string | null })[];
      uidMappings: readonly OciIdMapping[];
      gidMappings: readonly OciIdMapping[];
    };
    result: null;
  };
  /** Whether copies below a directory share blocks, and bytes that are free there. */
  layerSpace: { args: { path: string }; result: { shares: boolean; free: number } };
  /** Makes a sparse file with ext4 that has the files of the directory `snapshot`; succeeds if it exists. */
  makeDisk: { args: { path: string; bytes: number; snapshot: string }; result: null };
  /** Mounts it on that directory, unless it is. Returns false if it does not exist. */
  attachDisk: { args: { path: string; snapshot: string }; result: boolean };
  /** Grows it, also while it is mounted on that directory; succeeds if it is as large. */
  growDisk: { args: { path: string; bytes: number; snapshot: string }; result: null };
  detachDisk: { args: { snapshot: string }; result: null };
  removeDisk: { args: { path: string; snapshot: string | null }; result: null };
  /** Bytes that it takes on the host; null if it does not exist. */
  diskUsage: { args: { path: string }; result: number | null };
  /** Writes the file system of a path to the disk. */
  syncTree: { args: { path: string }; result: null };
  /** Copies paths between root file systems that no process uses; see keepPaths.ts. Returns those that were found. */
  keepPaths: {
    args: {
      from: SnapshotMount;
      to: SnapshotMount;
      /** Temporary mount points. */
      mountPoints: { from: string; to: string };
      paths: readonly string[];
      /** Directory of the writable layer of `to`, and the ids of its container. */
      layer: string;
      uidMappings: readonly OciIdMapping[];
      gidMappings: readonly OciIdMapping[];
    };
    result: string[];
  };
  /** Removes the leftovers of an interrupted `keepPaths`, or `diffRoots`. */
  clearKeep: { args: { mountPoints: { from: string; to: string } }; result: null };
  /** Compares root file systems of a container; at `most` so many changes are returned. */
  diffRoots: {
    args: {
      before: RootOfDiff;
      after: RootOfDiff;
      isSameImage: boolean;
      most: number;
      uidMappings: readonly OciIdMapping[];
      gidMappings: readonly OciIdMapping[];
    };
    result: { changes: RootChange[]; truncated: boolean };
  };
  /** Compares the first of these directories of layers with those below it. */
  layerChanges: {
    args: { layers: readonly string[]; ignored: readonly string[]; most: number };
    result: { changes: RootChange[]; truncated: boolean };
  };
  /** Creates a volume; `data` and the record are in `directory`. Removes the leftovers of a failure. */
  createVolume: {
    args: { directory: string; data: string; record: { path: string; content: string } };
    result: null;
  };
  removeVolume: { args: { directory: string; data: string; record: string }; result: null };
  /** Removes a directory tree except what is mounted in it; succeeds if it does not exist. */
  removeTree: { args: { path: string }; result: null };
  /** Bytes that a directory tree takes on the disk, without what is mounted in it. */
  treeUsage: { args: { path: string }; result: number };
  /** Removes a directory unless it has entries. */
  removeEmptyDirectory: { args: { path: string }; result: null };
  /** Changes the owner of a directory to a container's root user, unless it is one of the container's ids. */
  ownRoot: {
    args: { path: string; uidMappings: readonly OciIdMapping[]; gidMappings: readonly OciIdMapping[] };
    result: null;
  };
  /** Paths of these are bytes, one character each (latin1). */
  statInside: { args: { view: ContainerView; path: string }; result: PathStat };
  /** Its data: a tar archive, after the note `found`. `isBare`: without the directory itself. */
  archiveInside: {
    args: {
      view: ContainerView;
      path: string;
      isBare: boolean;
      /** Whether its data is the chunks of an HTTP body, without the last one. */
      isChunked: boolean;
      uidMappings: readonly OciIdMapping[];
      gidMappings: readonly OciIdMapping[];
    };
    result: null;
  };
  /** Its data is a tar archive, which is extracted into the directory `path`. */
  extractInside: {
    args: {
      view: ContainerView;
      path: string;
      /** Its data is the body of an HTTP message, whose first bytes (base64) were read. */
      body?: { framing: Framing; early: string };
      noOverwriteDirNonDir: boolean;
      /** Ids of the container that all files get; null: those of the archive. */
      owner: { uid: number; gid: number } | null;
      uidMappings: readonly OciIdMapping[];
      gidMappings: readonly OciIdMapping[];
    };
    result: null;
  };
  /** Mounts each source on a new file or directory, with the ids of a user namespace. */
  mountMapped: {
    args: { mounts: readonly { source: string; target: string }[]; userns: string };
    result: null;
  };
}

export type FileOperation = keyof FileOperations;

export type FileRequest = { [Op in FileOperation]: { op: Op } & FileOperations[Op]['args'] }[FileOperation];

/** A line before the reply, of a request that moves bytes. */
export type FileNote =
  /** The worker has moved bytes since its last note. */
  | { note: 'moved' }
  /** The path to archive. The worker waits for a line before it writes the archive. */
  | { note: 'found'; stat: PathStat };

export type FileReply = { result: unknown } | { error: { code?: string; message: string } };
