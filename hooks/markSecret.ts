import type { ContainerDraft } from './draft.ts';

/**
 * Marks a field of a draft as secret: the container gets its value, and plans, `explain`, logs, errors and events show
 * `********`.
 * @param field - its path as blame has it: `process.env.DSN`, `labels["app.dsn"]`; it includes the fields below
 */
export function markSecret(draft: ContainerDraft, field: string): void {
  (draft.secrets ??= {})[field] = true;
}
