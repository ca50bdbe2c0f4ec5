/** Whether the host is paused: nothing is changed until somebody resumes it, also by the next pouchd. */
import { PouchError } from '../../../hooks/index.ts';
import type { Pause, PauseFile } from '../history/PauseFile.ts';
import type { AgentContext } from './agentContext.ts';

export interface PausingOptions {
  readonly pauses: PauseFile;
  /** In force when the agent starts. */
  readonly paused?: Pause | undefined;
}

export class Pausing {
  readonly #context: Pick<AgentContext, 'now' | 'log'>;
  readonly #pauses: PauseFile;
  readonly #onPause: () => void;
  #pause: Pause | undefined;

  /** @param onPause called once the host is paused */
  constructor(
    context: Pick<AgentContext, 'now' | 'log'>,
    { pauses, paused }: PausingOptions,
    onPause: () => void,
  ) {
    this.#context = context;
    this.#pauses = pauses;
    this.#onPause = onPause;
    this.#pause = paused;
  }

  /** Undefined if the host is not paused. */
  get current(): Pause | undefined {
    return this.#pause;
  }

  /** A step under way is completed. */
  async pause(by: string): Promise<void> {
    const { now, log } = this.#context;
    const pause: Pause = this.#pause ?? { version: 1, by, since: now() };
    await this.#pauses.write(pause);
    this.#pause = pause;
    this.#onPause();
    log.info('the host is paused', { by });
  }

  /** What is due waits for the next apply. */
  async resume(): Promise<void> {
    await this.#pauses.remove();
    this.#pause = undefined;
  }

  /** @throws PCH_AGENT_PAUSED */
  requireUnpaused(): void {
    if (!this.#pause) return;
    const { by, since } = this.#pause;
    throw new PouchError('PCH_AGENT_PAUSED', `the host is paused by ${by} since ${since}`, {
      hint: 'its status shows what is due; `pouch apply` has an option that resumes it',
    });
  }
}
