import type { RegistryAuthWire } from '../../../client/wire.ts';
import { PouchError, type RegistryAuth } from '../../../hooks/index.ts';
import { mapOf, record, text, typed } from '../schemas/json.ts';
import { validate } from './validate.ts';

type Wire = RegistryAuthWire & { auth?: string };

const authSchema = typed<Wire>(
  record({
    username: text,
    password: text,
    auth: text,
    identitytoken: text,
    registrytoken: text,
    serveraddress: text,
  }),
);

const configSchema = typed<Record<string, Wire> | null>(mapOf(authSchema));

/**
 * Reads `X-Registry-Auth`: JSON in base64url, or plain base64 from older clients. Returns undefined if it is empty. Its
 * content never appears in a message.
 * @throws PCH_BAD_REQUEST
 */
export function registryAuth(header: string | string[] | undefined): RegistryAuth | undefined {
  const encoded = Array.isArray(header) ? header[0] : header;
  if (!encoded) return undefined;
  const wire = decode(encoded);
  if (!wire) return undefined;
  const auth = withUserAndPassword(wire);
  return Object.values(auth).some(Boolean) ? auth : undefined;
}

/**
 * Reads `X-Registry-Config`: credentials by registry, in the same form.
 * @throws PCH_BAD_REQUEST
 */
export function registryConfig(header: string | string[] | undefined): Record<string, RegistryAuth> {
  const encoded = Array.isArray(header) ? header[0] : header;
  if (!encoded) return {};
  try {
    const parsed: unknown = JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8'));
    const all = validate(configSchema, parsed) ?? {};
    return Object.fromEntries(
      Object.entries(all).map(([server, wire]) => [server, withUserAndPassword(wire)]),
    );
  } catch {
    throw new PouchError(
      'PCH_BAD_REQUEST',
      'X-Registry-Config: expected JSON in base64url, found other data',
    );
  }
}

/**
 * Reads the body of `POST /auth`.
 * @throws PCH_BAD_REQUEST, without the content
 */
export function authBody(body: unknown): RegistryAuth {
  try {
    return withUserAndPassword(validate(authSchema, body));
  } catch {
    throw new PouchError(
      'PCH_BAD_REQUEST',
      'the body: expected texts such as username, password, serveraddress',
    );
  }
}

function decode(encoded: string): Wire | undefined {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8'));
    return validate(authSchema, parsed) ?? undefined;
  } catch {
    throw new PouchError('PCH_BAD_REQUEST', 'X-Registry-Auth: expected JSON in base64url, found other data');
  }
}

/** `auth` is `user:password` in base64, as in the docker CLI's config file. */
function withUserAndPassword(wire: Wire): RegistryAuth {
  const [user, ...rest] = wire.auth ? Buffer.from(wire.auth, 'base64').toString('utf8').split(':') : [];
  return {
    username: wire.username || user || undefined,
    password: wire.password || rest.join(':') || undefined,
    identityToken: wire.identitytoken || undefined,
    registryToken: wire.registrytoken || undefined,
    serverAddress: wire.serveraddress || undefined,
  };
}
