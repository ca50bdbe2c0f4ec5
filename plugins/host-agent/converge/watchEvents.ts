import type { EngineEvent, Events } from '../../../hooks/index.ts';

interface Callbacks {
  /** Something that declared objects depend on is another one now. */
  onChange(cause: string): void;
  /** A container has ended: what waits for that may be done. */
  onEnd(): void;
  /** The files were read again, or could not be. */
  onReload(): void;
}

/** Calls back on events of the engine. Returns what ends it. */
export function watchEvents(events: Events, { onChange, onEnd, onReload }: Callbacks): () => void {
  const ending = new AbortController();
  const watch = async () => {
    for await (const event of events.subscribe({ signal: ending.signal })) {
      const cause = causeOf(event);
      if (cause !== undefined) onChange(cause);
      if (event.type === 'container' && event.action === 'die') onEnd();
      if (event.type === 'daemon') onReload();
    }
  };
  watch().catch(() => undefined);
  return () => ending.abort();
}

/** Those after which a tag may be that of another image, or of none. */
const imageActions = new Set(['pull', 'tag', 'load', 'import', 'commit', 'untag', 'delete']);

function causeOf({ type, action, attributes }: EngineEvent): string | undefined {
  if (type === 'image')
    return imageActions.has(action) ? `${action} of the image ${attributes['name'] ?? ''}`.trim() : undefined;
  return action === 'destroy' ? `a ${type} was removed` : undefined;
}
