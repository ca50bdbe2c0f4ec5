/** Errors about what a plugin has set in a draft, found after its tap: they name the plugin, not the request. */
import { PouchError } from '../../hooks/errors.ts';
import type { BlameEntry } from '../../hooks/plan.ts';
import { isWithin } from '../plugins/index.ts';

const notPlugins: readonly string[] = ['core', 'image', 'request'];

/** The last change of one of these fields, if a plugin made it. */
export function changeByPlugin(
  blame: readonly BlameEntry[],
  fields: readonly string[],
): BlameEntry | undefined {
  const last = blame.findLast(({ field }) =>
    fields.some((one) => isWithin(field, one) || isWithin(one, field)),
  );
  return last && !notPlugins.includes(last.plugin) ? last : undefined;
}

/**
 * Runs a check of fields of a draft.
 * @param fields - or those that an error is about
 * @throws its error, with the plugin that was the last to change one of the fields
 */
export async function checked<T>(
  blame: readonly BlameEntry[],
  fields: readonly string[] | ((error: PouchError) => readonly string[]),
  check: () => T | Promise<T>,
): Promise<T> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof PouchError) || error.plugin !== undefined) throw error;
    const culprit = changeByPlugin(blame, typeof fields === 'function' ? fields(error) : fields);
    throw culprit ? blaming(error, culprit) : error;
  }
}

/** The field of the request is not at fault. */
function blaming(error: PouchError, { plugin, hook }: BlameEntry): PouchError {
  const { code, message, hint, container } = error;
  return new PouchError(code, message, {
    plugin,
    hook,
    cause: error,
    ...(hint !== undefined && { hint }),
    ...(container !== undefined && { container }),
  });
}
