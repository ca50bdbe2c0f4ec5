import { currentCaller } from '../../hooks/index.ts';

/** Who calls a route, for the history. */
export function callerName(): string {
  const { transport, uid, certificate } = currentCaller();
  if (certificate !== undefined) return `the client ${certificate}`;
  return uid === undefined ? `a client by ${transport}` : `user ${uid}`;
}
