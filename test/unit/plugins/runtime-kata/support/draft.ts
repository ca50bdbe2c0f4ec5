import type { ContainerDraft } from '../../../../../hooks/index.ts';
import { emptyDraft } from '../../../core/plan/support.ts';

/** A draft with some fields changed. */
export function draftWith(fields: Partial<ContainerDraft>): ContainerDraft {
  return Object.assign(emptyDraft(), fields);
}
