import { PouchError } from '../../../hooks/errors.ts';

/** How V8 words a write to a frozen object. */
const writeRefused = /^Cannot (assign to read only|add|delete|define|redefine) property/;

/**
 * Calls a tap whose input is frozen. Code that is strict, such as every module, throws at a write, and other code
 * writes in vain.
 * @throws PCH_PLUGIN_CONTRACT for such a write
 */
export async function readOnly(call: () => Promise<unknown>): Promise<unknown> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof TypeError) || !writeRefused.test(error.message)) throw error;
    throw new PouchError('PCH_PLUGIN_CONTRACT', `the input of this hook is read-only: ${error.message}`, {
      hint: 'copy what the tap changes; plan hooks change drafts, such as container.preCreate',
      cause: error,
    });
  }
}
