import type { Config, Containers, Images, Logger, Networks, Volumes } from '../../../hooks/index.ts';

/** What the agent uses of the engine. */
export interface AgentContext {
  readonly containers: Containers;
  readonly networks: Networks;
  readonly volumes: Volumes;
  readonly images: Images;
  readonly config: Config;
  readonly log: Logger;
  /** Of digests. */
  readonly key: string;
  /** Aborts when the agent ends. */
  readonly signal: AbortSignal;
}
