import { PouchError } from '../../../hooks/errors.ts';
import { attribute } from '../attribute.ts';
import { endingAt } from './callEnd.ts';
import { withDeadline } from '../../wait/deadline.ts';

interface Call {
  readonly plugin: string;
  /** `verb audit`. */
  readonly what: string;
  readonly ms: number;
  readonly signal?: AbortSignal | undefined;
}

/** Calls a contribution of a plugin. @throws PCH_DEADLINE, PCH_CANCELLED, and the plugin's errors, with its name */
export async function callWithin<T>(
  { plugin, what, ms, signal }: Call,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = () =>
    new PouchError('PCH_DEADLINE', `${what} did not end within ${ms} ms`, {
      plugin,
      hint: 'heed its `signal` in the plugin, or give it a longer `deadlineMs`',
    });
  const left = () => new PouchError('PCH_CANCELLED', `${what}: the client has left`);
  try {
    return await withDeadline({ ms, late, signal, reasonOf: left }, (within) =>
      endingAt(performance.now() + ms, () => run(within)),
    );
  } catch (error) {
    throw attribute(error, { plugin });
  }
}
