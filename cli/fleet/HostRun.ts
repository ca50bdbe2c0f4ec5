/** An apply on one host of several. */
import type {
  AgentDeclared,
  AgentMessage,
  AgentOutcome,
  AgentPlan,
  AgentUp,
  Client,
} from '../../client/index.ts';
import { printMessages } from '../agent/printMessages.ts';
import type { Printer } from '../Session.ts';
import { hostProblem } from './hostProblem.ts';
import { withDeadline } from './withDeadline.ts';

/** For a host to say what it would do. */
const checkMs = 30_000;

/** Above the longest apply of pouchd. */
const applyMs = 65 * 60_000;

export interface HostRunOptions extends AgentDeclared {
  readonly name: string;
  readonly client: Client;
  readonly output: Printer;
  readonly prune: boolean;
  readonly rollbackOnFailure: boolean;
  /** Ends a pause of the host. */
  readonly resume: boolean;
  /** For all to be up. */
  readonly waitMs: number;
  /** The user has interrupted the command. */
  readonly signal: AbortSignal;
}

export class HostRun {
  readonly name: string;
  readonly output: Printer;
  readonly #options: HostRunOptions;
  /** How it went, for the summary. */
  detail = '';
  plan: AgentPlan | undefined;

  constructor(options: HostRunOptions) {
    this.name = options.name;
    this.output = options.output;
    this.#options = options;
  }

  /** Plans, and changes nothing. Resolves to whether an apply may begin; prints why not. */
  async check(): Promise<boolean> {
    const { client, output, prune, resume, file, hostFiles, signal } = this.#options;
    const declared = { prune, ...(file && { file }), ...(hostFiles && { hostFiles }) };
    try {
      this.plan = await withDeadline(checkMs, signal, (ending) => client.agent.plan(declared, ending));
      const { Paused } = await withDeadline(checkMs, signal, (ending) => client.agent.status(ending));
      if (Paused && !resume) {
        output.warn(`the host is paused by ${Paused.By} since ${Paused.Since} (--resume resumes it)`);
        return false;
      }
    } catch (error) {
      output.warn(hostProblem(error));
      return false;
    }
    const { Problems, Steps } = this.plan;
    for (const problem of Problems) output.warn(problem);
    const held = Steps.filter(
      ({ Action, Held }) => Held !== undefined && ['remove', 'stop'].includes(Action),
    );
    for (const { Kind, Name, Held } of held) output.warn(`${Kind} ${Name}: ${Held}`);
    if (held.length > 0) output.warn('--prune --yes removes what is held');
    return Problems.length + held.length === 0;
  }

  /** Resolves to whether the host is as declared, with everything up. */
  async apply(): Promise<boolean> {
    const { client, output, signal, prune, rollbackOnFailure, resume, waitMs, file, hostFiles } =
      this.#options;
    const declared = { prune, ...(file && { file }), ...(hostFiles && { hostFiles }) };
    try {
      return await withDeadline(applyMs, signal, async (ending) => {
        if (resume) await client.agent.resume(ending);
        const messages = await client.agent.apply({ ...declared, rollbackOnFailure, waitMs }, ending);
        await printMessages(output, this.#noted(messages));
        return output.exitCode === 0;
      });
    } catch (error) {
      this.detail = signal.aborted
        ? 'interrupted here: pouchd completes on the host what it has begun'
        : hostProblem(error);
      output.warn(this.detail);
      return false;
    }
  }

  async *#noted(messages: AsyncIterable<AgentMessage>): AsyncGenerator<AgentMessage> {
    for await (const message of messages) {
      if ('outcome' in message) this.detail ||= outcomeText(message.outcome);
      if ('up' in message && message.up.Missing.length > 0) this.detail = missingText(message.up);
      if ('rollback' in message && message.rollback.Generation !== undefined)
        this.detail += `; rolled back to generation ${message.rollback.Generation}`;
      yield message;
    }
  }
}

function outcomeText({ Done, Failed, Left, Generation }: AgentOutcome): string {
  if (Generation === undefined && Left === 0) return 'nothing to do';
  return `${Done} done, ${Failed} failed, ${Left} left`;
}

function missingText({ Missing: [first, ...others] }: AgentUp): string {
  const more = others.length === 0 ? '' : `, and ${others.length} more`;
  return `${first?.Kind} ${first?.Name}: not up: ${first?.Why}${more}`;
}
