import type { Readable } from 'node:stream';
import type { ProgressMessage } from '../../../client/index.ts';
import type { Examined } from '../examine/finding.ts';

/** Where the root file system of an import comes from. It must be {@link RootfsSource.close}d. */
export interface RootfsSource {
  /** Returns the tar of the root file system, compressed or not. The stream fails if its source does. */
  tar(): Promise<Readable>;
  /** Copies a host to its staging directory, for a later call. */
  copy?(): Promise<void>;
  /** Reads what an examination needs. */
  examine(): Promise<Examined>;
  /** Ends what runs for it, and removes its temporary files. */
  close(): Promise<void>;
}

/** What `pouch import` and `pouch doctor import` say about a source. */
export interface SourceFlags {
  exclude: readonly string[];
  /** Number of a partition, or VG/LV. */
  partition?: string;
  /** Path of a subvolume of btrfs. */
  subvolume?: string;
  /** Directory that keeps the copy of a host. */
  staging?: string;
  /** The last copy of a host. */
  final?: boolean;
  /** Read the files of the host as root by sudo. */
  sudo?: boolean;
}

/** Receives what a source does. */
export type Report = (message: ProgressMessage) => void;
