import type { Transport } from './Transport.ts';
import type { AgentGeneration, AgentMessage, AgentPlan, AgentStatus } from './wire.ts';

const base = '/plugins/host-agent';

/** Calls of the host agent, which only pouchd has. */
export class AgentCalls {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Returns the declared objects, each with its state. */
  status(): Promise<AgentStatus> {
    return this.#transport.json('GET', `${base}/status`);
  }

  /** Returns what an apply of the files as they are now would do. */
  plan({ prune = false }: { prune?: boolean } = {}): Promise<AgentPlan> {
    return this.#transport.json('GET', `${base}/plan`, { query: { prune } });
  }

  /** Does what is due; ending the iteration does not end it. */
  apply({ prune = false }: { prune?: boolean } = {}): Promise<AsyncGenerator<AgentMessage>> {
    return this.#transport.lines('POST', `${base}/apply`, { body: { Prune: prune } });
  }

  /** Returns what was applied, the newest first. */
  history(): Promise<AgentGeneration[]> {
    return this.#transport.json('GET', `${base}/history`);
  }
}
