import { hasCode, PouchError } from '../../../hooks/index.ts';
import type { ClientKind } from './clientKind.ts';
import { namingTheImage } from './imageError.ts';

/** The error of a create, as the client understands it. */
export function createError(error: unknown, image: string, client: ClientKind): unknown {
  if (hasCode(error, 'PCH_NETWORK_NOT_FOUND') && client.names !== 'pouch') return notAnImage(error);
  return namingTheImage(error, image);
}

/** The docker CLI takes every 404 of a create for a missing image. */
function notAnImage(error: PouchError): PouchError {
  const { message, hint } = error;
  return new PouchError('PCH_OPTION_INVALID', message, {
    cause: error,
    field: 'network.mode',
    ...(hint !== undefined && { hint }),
  });
}
