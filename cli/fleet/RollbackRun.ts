import type { AgentMessage, AgentOutcome, AgentPlan } from '../../client/index.ts';
import { HostRun, type HostRunOptions } from './HostRun.ts';

export interface RollbackRunOptions extends HostRunOptions {
  /** Missing: the one to which the host is pinned, else its previous one. */
  readonly generation?: number;
}

/** A rollback of one host of several. */
export class RollbackRun extends HostRun<RollbackRunOptions> {
  protected readonly endOfPause = '`pouch apply --resume` resumes it';
  #target: number | undefined;

  /** A host that was rolled back already stays there, so that a roll-out that was cut off can be repeated. */
  protected async plan(signal: AbortSignal): Promise<AgentPlan> {
    const { client, generation } = this.options;
    const { Pinned } = await client.agent.status(signal);
    const wanted = generation ?? Pinned?.Generation;
    const { Generation, Plan } = await client.agent.rollbackPlan(wanted, signal);
    this.#target = Generation;
    return Plan;
  }

  override printPlan(): void {
    if (this.#target !== undefined) this.output.print(`to generation ${this.#target}:`);
    super.printPlan();
  }

  protected begin(signal: AbortSignal): Promise<AsyncIterable<AgentMessage>> {
    const { client, waitMs } = this.options;
    return client.agent.rollback(
      { waitMs, ...(this.#target !== undefined && { generation: this.#target }) },
      signal,
    );
  }

  protected override outcomeText(outcome: AgentOutcome): string {
    return `to generation ${this.#target}: ${super.outcomeText(outcome)}`;
  }
}
