/** The reply of rotation to a reader that has opened a file. */
export interface Reached {
  /** The file's number; undefined while no run writes the log. */
  number?: number | undefined;
  /** Bytes of the log that were removed between the reader's last file and this one. */
  lost: number;
}

/** A reader's hold on a log: rotation keeps files that it has not read, within limits of time and bytes. */
export interface HeldLog {
  /** Called for each file that the reader opens. Never rejects. */
  reached(inode: bigint): Promise<Reached>;
  release(): Promise<void>;
}

/** For a log that is not rotated. */
export const notHeld: HeldLog = {
  reached: () => Promise.resolve({ lost: 0 }),
  release: () => Promise.resolve(),
};
