/** A change of one host of several: what it would do is checked first, and then it is done. */
import type { AgentMessage, AgentOutcome, AgentPlan, AgentUp, Client } from '../../client/index.ts';
import { printMessages } from '../agent/printMessages.ts';
import { printPlan } from '../agent/printPlan.ts';
import type { Printer } from '../Session.ts';
import { hostProblem } from './hostProblem.ts';
import { withDeadline } from './withDeadline.ts';

/** For a host to say what it would do. */
const checkMs = 30_000;

/** Above the longest apply of pouchd. */
const changeMs = 65 * 60_000;

export interface HostRunOptions {
  readonly name: string;
  readonly client: Client;
  readonly output: Printer;
  /** For all to be up. */
  readonly waitMs: number;
  /** The user has interrupted the command. */
  readonly signal: AbortSignal;
}

export abstract class HostRun<Options extends HostRunOptions = HostRunOptions> {
  readonly name: string;
  readonly output: Printer;
  protected readonly options: Options;
  /** How it went, for the summary. */
  detail = '';
  #plan: AgentPlan | undefined;

  constructor(options: Options) {
    this.name = options.name;
    this.output = options.output;
    this.options = options;
  }

  /** What the host would do. */
  protected abstract plan(signal: AbortSignal): Promise<AgentPlan>;
  /** Begins the change. */
  protected abstract begin(signal: AbortSignal): Promise<AsyncIterable<AgentMessage>>;
  /** How a user ends the pause of a host; undefined: this change ends it. */
  protected abstract readonly endOfPause: string | undefined;

  /** Plans, and changes nothing. Resolves to whether the change may begin; prints why not. */
  async check(): Promise<boolean> {
    const { client, output, signal } = this.options;
    let plan: AgentPlan;
    try {
      this.#plan = plan = await withDeadline(checkMs, signal, (ending) => this.plan(ending));
      const { Paused } = await withDeadline(checkMs, signal, (ending) => client.agent.status(ending));
      if (Paused && this.endOfPause !== undefined) {
        output.warn(`the host is paused by ${Paused.By} since ${Paused.Since} (${this.endOfPause})`);
        return false;
      }
    } catch (error) {
      output.warn(hostProblem(error));
      return false;
    }
    const { Problems, Steps } = plan;
    for (const problem of Problems) output.warn(problem);
    const held = Steps.filter(
      ({ Action, Held }) => Held !== undefined && ['remove', 'stop'].includes(Action),
    );
    for (const { Kind, Name, Held } of held) output.warn(`${Kind} ${Name}: ${Held}`);
    if (held.length > 0) output.warn('--prune --yes removes what is held');
    return Problems.length + held.length === 0;
  }

  /** Prints what the check has found, without its problems, and sets the exit code of the output. */
  printPlan(): void {
    if (this.#plan) printPlan(this.output, { ...this.#plan, Problems: [] });
  }

  /** Resolves to whether the host is as declared, with everything up. */
  async change(): Promise<boolean> {
    const { output, signal } = this.options;
    try {
      return await withDeadline(changeMs, signal, async (ending) => {
        await printMessages(output, this.#noted(await this.begin(ending)));
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
      if ('outcome' in message) this.detail ||= this.outcomeText(message.outcome);
      if ('up' in message && message.up.Missing.length > 0) this.detail = missingText(message.up);
      // One that was asked for is the first message.
      if ('rollback' in message && this.detail !== '' && message.rollback.Generation !== undefined)
        this.detail += `; rolled back to generation ${message.rollback.Generation}`;
      yield message;
    }
  }

  protected outcomeText({ Done, Failed, Left, Generation }: AgentOutcome): string {
    if (Generation === undefined && Left === 0) return 'nothing to do';
    return `${Done} done, ${Failed} failed, ${Left} left`;
  }
}

function missingText({ Missing: [first, ...others] }: AgentUp): string {
  const more = others.length === 0 ? '' : `, and ${others.length} more`;
  return `${first?.Kind} ${first?.Name}: not up: ${first?.Why}${more}`;
}
