import type { Events } from '../../../hooks/index.ts';

interface Callbacks {
  /** A container, a network or a volume was removed. */
  onRemoval(cause: string): void;
  /** The files were read again, or could not be. */
  onReload(): void;
}

/** Calls back on events of the engine. Returns what ends it. */
export function watchEvents(events: Events, { onRemoval, onReload }: Callbacks): () => void {
  const ending = new AbortController();
  const watch = async () => {
    for await (const { type, action } of events.subscribe({ signal: ending.signal })) {
      if (action === 'destroy' && type !== 'image') onRemoval(`a ${type} was removed`);
      if (type === 'daemon') onReload();
    }
  };
  watch().catch(() => undefined);
  return () => ending.abort();
}
