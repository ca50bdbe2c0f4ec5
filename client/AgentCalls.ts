import type { Transport } from './Transport.ts';
import type {
  AgentDeclarations,
  AgentDeclared,
  AgentDrift,
  AgentForeign,
  AgentGeneration,
  AgentGenerationDetails,
  AgentMessage,
  AgentPlan,
  AgentRollbackPlan,
  AgentStatus,
} from './wire.ts';

const base = '/plugins/host-agent';

export interface AgentApply extends AgentDeclared {
  /** Remove containers also if these are more than a third of those that run. */
  prune?: boolean;
  /** If an object fails, the last generation without failures is applied. */
  rollbackOnFailure?: boolean;
  /** For all to be up, at most 30 minutes; the last message has what is not. Missing: no wait. */
  waitMs?: number;
}

/** What is rolled back to, and whether all is waited for. */
export interface AgentRollbackOptions {
  /** Missing: the newest one that declares something else. */
  generation?: number;
  /** For all to be up, at most 30 minutes; the last message has what is not. Missing: no wait. */
  waitMs?: number;
}

/** Calls of the host agent, which only pouchd has. */
export class AgentCalls {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Returns the declared objects, each with its state. */
  status(signal?: AbortSignal): Promise<AgentStatus> {
    return this.#transport.json('GET', `${base}/status`, { ...(signal && { signal }) });
  }

  /** Returns what was changed by hand. */
  drift(signal?: AbortSignal): Promise<AgentDrift[]> {
    return this.#transport.json('GET', `${base}/drift`, { ...(signal && { signal }) });
  }

  /** Returns what an apply of the files as they are now, or of a file, would do. */
  plan(
    { prune = false, ...declared }: { prune?: boolean } & AgentDeclared = {},
    signal?: AbortSignal,
  ): Promise<AgentPlan> {
    const body = { Prune: prune, ...declaredBody(declared) };
    return this.#transport.json('POST', `${base}/plan`, { body, ...(signal && { signal }) });
  }

  /** Does what is due; ending the iteration does not end it. */
  apply(
    { prune = false, rollbackOnFailure = false, waitMs, ...declared }: AgentApply = {},
    signal?: AbortSignal,
  ): Promise<AsyncGenerator<AgentMessage>> {
    const body = {
      Prune: prune,
      RollbackOnFailure: rollbackOnFailure,
      ...(waitMs !== undefined && { WaitMs: waitMs }),
      ...declaredBody(declared),
    };
    return this.#transport.lines('POST', `${base}/apply`, { body, ...(signal && { signal }) });
  }

  /** Nothing is changed from now on, until it is resumed; steps under way are completed. */
  pause(signal?: AbortSignal): Promise<void> {
    return this.#transport.json('POST', `${base}/pause`, { ...(signal && { signal }) });
  }

  /** Ends a pause; the next apply does what is due. */
  resume(signal?: AbortSignal): Promise<void> {
    return this.#transport.json('POST', `${base}/resume`, { ...(signal && { signal }) });
  }

  /**
   * Returns what a rollback would do.
   * @param generation missing: the newest one that declares something else
   */
  rollbackPlan(generation?: number, signal?: AbortSignal): Promise<AgentRollbackPlan> {
    const query = generation === undefined ? {} : { generation };
    return this.#transport.json('GET', `${base}/rollback`, { query, ...(signal && { signal }) });
  }

  /** Applies what a generation declares, and holds the host to it; ending the iteration does not end it. */
  rollback(
    { generation, waitMs }: AgentRollbackOptions = {},
    signal?: AbortSignal,
  ): Promise<AsyncGenerator<AgentMessage>> {
    const body = {
      ...(generation !== undefined && { Generation: generation }),
      ...(waitMs !== undefined && { WaitMs: waitMs }),
    };
    return this.#transport.lines('POST', `${base}/rollback`, { body, ...(signal && { signal }) });
  }

  /** Returns how containers are declared. */
  adopt(names: readonly string[]): Promise<AgentDeclarations> {
    return this.#transport.json('POST', `${base}/adopt`, { body: { Names: names } });
  }

  /** Makes containers those of their declarations in force, also if they differ. */
  take(names: readonly string[]): Promise<void> {
    return this.#transport.json('POST', `${base}/take`, { body: { Names: names } });
  }

  /** Returns how containers of another engine are declared. */
  convert(foreign: AgentForeign): Promise<AgentDeclarations> {
    return this.#transport.json('POST', `${base}/convert`, { body: foreign });
  }

  /** Returns what was applied, the newest first. */
  history(signal?: AbortSignal): Promise<AgentGeneration[]> {
    return this.#transport.json('GET', `${base}/history`, { ...(signal && { signal }) });
  }

  /** Returns one of them with its plan. */
  generation(number: number, signal?: AbortSignal): Promise<AgentGenerationDetails> {
    return this.#transport.json('GET', `${base}/history/${number}`, { ...(signal && { signal }) });
  }
}

function declaredBody({ file, hostFiles = false }: AgentDeclared): object {
  return { ...(file && { File: file }), ...(hostFiles && { HostFiles: true }) };
}
