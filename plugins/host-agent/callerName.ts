import { type Caller, currentCaller } from '../../hooks/index.ts';

/** Who has called, for the history and the list of drift. */
export function callerName(caller: Caller = currentCaller()): string {
  const { transport, uid, certificate } = caller;
  if (certificate !== undefined) return `the client ${certificate}`;
  if (transport === 'pouchd') return 'pouchd';
  return uid === undefined ? `a client by ${transport}` : `user ${uid}`;
}
