import type { Config, Containers, Images, Logger, Networks, Volumes } from '../../../hooks/index.ts';
import type { ImageBook } from './ImageBook.ts';

/** What the agent uses of the engine. */
export interface AgentContext {
  readonly containers: Containers;
  readonly networks: Networks;
  readonly volumes: Volumes;
  readonly images: Images;
  readonly book: ImageBook;
  readonly config: Config;
  readonly log: Logger;
  /** Wall time, RFC 3339. */
  now(): string;
  /** Of digests. */
  readonly key: string;
  /** Aborts when the agent ends. */
  readonly signal: AbortSignal;
}
