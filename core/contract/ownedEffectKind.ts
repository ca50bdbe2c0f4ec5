import type { EffectKind } from '../../hooks/effectKind.ts';
import type { Effect } from '../../hooks/effects.ts';
import { withDeadline } from '../wait/deadline.ts';

/**
 * An effect kind and the plugin that contributes it; the core's own have none. Of a plugin in a process of its own,
 * every function takes a while.
 */
export interface OwnedEffectKind extends Omit<EffectKind, 'describe' | 'assume'> {
  readonly plugin?: string;
  describe(args: Effect['args']): string | Promise<string>;
  assume?(container: { id: string; netns: string }): Effect['args'] | Promise<Effect['args']>;
}

/** Milliseconds for a sentence that an error or a list has; its plugin may hang. */
const sentenceMs = 2000;

/** A plugin that fails to describe an effect must not hide why its undo has failed. */
export async function sentenceOf(kind: OwnedEffectKind, args: Effect['args']): Promise<string> {
  try {
    return await withDeadline(
      { ms: sentenceMs, late: () => new Error('late') },
      async () => await kind.describe(args),
    );
  } catch {
    return kind.kind;
  }
}
