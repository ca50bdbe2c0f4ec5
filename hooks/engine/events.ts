import type { Caller } from '../caller.ts';
import { token } from '../token.ts';

/** An event of the engine, as `pouch events` shows it. */
export interface EngineEvent {
  type: 'container' | 'image' | 'volume' | 'network' | 'daemon';
  /**
   * Docker's words: `create`, `start`, `die`, `stop`, `kill`, `destroy`, `rename`, `pull`, `tag`, `untag`, `delete`,
   * …
   */
  action: string;
  /** Id of the object; of an image that is pulled or made, its reference. */
  id: string;
  attributes: Record<string, string>;
  /** Nanoseconds since the epoch. */
  timeNano: bigint;
  /** Who asked for it; missing: pouchd itself, or a plugin. The API does not show it. */
  by?: Caller;
}

/** An event that is to be published. */
export type NewEvent = Omit<EngineEvent, 'timeNano' | 'by'>;

/** The engine's events. */
export interface Events {
  /** Publishes an event; the engine adds its time, and who has called. */
  emit(event: NewEvent): void;
  /** Past events that are still held (some hundred), then live ones until the signal aborts. */
  subscribe(options: { since?: number; until?: number; signal: AbortSignal }): AsyncIterable<EngineEvent>;
}

/** Token of the engine's events, for `inject`. */
export const Events = token<Events>('events');
