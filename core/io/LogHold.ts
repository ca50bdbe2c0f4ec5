import { randomUUID } from 'node:crypto';
import type { Logger } from '../../hooks/index.ts';
import type { KeeperLink } from './KeeperLink.ts';
import type { HeldLog, Reached } from './read/heldLog.ts';

export interface LogHoldOptions {
  link: KeeperLink;
  logPath: string;
  log: Logger;
  onRelease: () => void;
}

/** A reader's hold on a log. The keeper, which rotates logs, tracks it. */
export class LogHold implements HeldLog {
  readonly #options: LogHoldOptions;
  readonly #token = randomUUID();
  #inode: string | undefined;

  constructor(options: LogHoldOptions) {
    this.#options = options;
  }

  /** Registers the reader. Called again for each new keeper. */
  async begin(): Promise<void> {
    const { link, logPath } = this.#options;
    await link.tryCall({ op: 'follow', logPath, token: this.#token, inode: this.#inode });
  }

  async reached(inode: bigint): Promise<Reached> {
    const { link, logPath, log } = this.#options;
    this.#inode = String(inode);
    const reached = await link.tryCall({ op: 'reached', logPath, token: this.#token, inode: this.#inode });
    const { number, lost } = reached ?? { lost: 0 };
    if (lost > 0)
      log.warn('a reader of a log was too slow: rotation removed a part of it', { logPath, bytes: lost });
    return { number: number === 0 ? undefined : number, lost };
  }

  async release(): Promise<void> {
    const { link, logPath, onRelease } = this.#options;
    onRelease();
    await link.tryCall({ op: 'unfollow', logPath, token: this.#token });
  }
}
