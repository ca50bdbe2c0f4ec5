import type { AgentDeclared, AgentMessage, AgentPlan } from '../../client/index.ts';
import { HostRun, type HostRunOptions } from './HostRun.ts';

export interface ApplyRunOptions extends HostRunOptions, AgentDeclared {
  readonly prune: boolean;
  readonly rollbackOnFailure: boolean;
  /** Ends a pause of the host. */
  readonly resume: boolean;
}

/** An apply on one host of several. */
export class ApplyRun extends HostRun<ApplyRunOptions> {
  protected get endOfPause(): string | undefined {
    return this.options.resume ? undefined : '--resume resumes it';
  }

  protected plan(signal: AbortSignal): Promise<AgentPlan> {
    return this.options.client.agent.plan(this.#declared(), signal);
  }

  protected async begin(signal: AbortSignal): Promise<AsyncIterable<AgentMessage>> {
    const {
      client: { agent },
      resume,
      rollbackOnFailure,
      waitMs,
    } = this.options;
    if (resume) await agent.resume(signal);
    return await agent.apply({ ...this.#declared(), rollbackOnFailure, waitMs }, signal);
  }

  #declared(): AgentDeclared & { prune: boolean } {
    const { prune, file, hostFiles } = this.options;
    return { prune, ...(file && { file }), ...(hostFiles && { hostFiles }) };
  }
}
