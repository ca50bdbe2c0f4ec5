/** What rotation says to a reader that has opened a file. */
export interface Reached {
  /** The file's number; undefined while nobody writes the log. */
  number?: number | undefined;
  /** Bytes of the log that were removed between the reader's last file and this one. */
  lost: number;
}

/** A reader's hold on a log: rotation keeps for it what it has not read, for a time and up to a size. */
export interface HeldLog {
  /** To be called for each file that the reader opens. Does not fail. */
  reached(inode: bigint): Promise<Reached>;
  release(): Promise<void>;
}

/** For a log that nobody rotates. */
export const notHeld: HeldLog = {
  reached: () => Promise.resolve({ lost: 0 }),
  release: () => Promise.resolve(),
};
