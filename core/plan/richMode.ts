import type { ContainerDraft } from '../../hooks/draft.ts';
import { richAnnotation } from '../../hooks/draftKeys.ts';
import { PouchError } from '../../hooks/errors.ts';

/**
 * Checks that a plugin has taken the rich mode: without one the container would silently be a plain one.
 * @throws PCH_OPTION_INVALID
 */
export function checkRichMode({ rich, annotations }: ContainerDraft, modes: readonly string[]): void {
  if (!rich.enabled || annotations[richAnnotation] === rich.mode) return;
  throw new PouchError('PCH_OPTION_INVALID', `no active plugin provides the rich mode "${rich.mode}"`, {
    field: 'rich.mode',
    hint: `known are ${modes.join(', ') || 'none'}; \`pouch plugin ls\` shows which plugins are active`,
  });
}
