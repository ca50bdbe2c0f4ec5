import type { IncomingMessage } from 'node:http';
import type { Vocabulary } from '../../../translate/names/inNamesOf.ts';

/** What a client does with a message, by its User-Agent. */
export interface ClientKind {
  /** Whether it prints an error's code and hint itself; other clients print only the message. */
  readonly readsHints: boolean;
  /** Whose names for the fields of a request its users know: options of a command, or members of bodies. */
  readonly names: Vocabulary;
}

/** A client that is not known. */
export const otherClient: ClientKind = { readsHints: false, names: 'api' };

const kinds: readonly [userAgent: RegExp, ClientKind][] = [
  [/^pouch(\/|$)/i, { readsHints: true, names: 'pouch' }],
  [/^pouch-client\b/i, { readsHints: true, names: 'api' }],
  [/^docker-client\//i, { readsHints: false, names: 'docker' }],
];

export function clientOf({ headers }: IncomingMessage): ClientKind {
  const agent = headers['user-agent'] ?? '';
  return kinds.find(([userAgent]) => userAgent.test(agent))?.[1] ?? otherClient;
}
