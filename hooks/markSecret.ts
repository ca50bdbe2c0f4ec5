import type { ContainerDraft, ExecDraft } from './draft.ts';

/**
 * Marks a field of a draft as secret: the container gets its value, and plans, `explain`, logs, errors and events show
 * `********`.
 * @param field - its path as blame has it, with the fields below: `process.env.DSN`, of an exec `env.DSN`
 */
export function markSecret(draft: ContainerDraft | ExecDraft, field: string): void {
  (draft.secrets ??= {})[field] = true;
}
