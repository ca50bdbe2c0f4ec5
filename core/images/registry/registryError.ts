import type { IncomingMessage } from 'node:http';
import { PouchError, messageOf } from '../../../hooks/errors.ts';
import { TooSlowError } from './RateGuard.ts';
import { readBody } from './Transport.ts';

/** An error response of a registry. It is the cause of the PouchError. */
export class HttpStatusError extends Error {
  readonly status: number;
  /** Milliseconds that the registry asked to wait. */
  readonly retryAfterMs: number | undefined;

  constructor(status: number, message: string, retryAfterMs: number | undefined) {
    super(message);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Bytes of an error body; the rest is not read. */
const maxErrorBytes = 64 << 10;

/** Characters of a registry's reason in an error message. */
const maxReasonLength = 200;

/** Converts an error response to a PouchError. `what` is e.g. "manifest of 127.0.0.1:5000/app:1". */
export async function statusError(
  response: IncomingMessage,
  host: string,
  what: string,
): Promise<PouchError> {
  const status = response.statusCode ?? 0;
  const reason = await reasonOf(response);
  const cause = new HttpStatusError(status, reason, retryAfter(response));
  const found = `${status}${reason && ` (${reason})`}`;
  if (status === 401 || status === 403) return denied(host, what, found, cause);
  if (status === 404) return notFound(host, what, found, cause);
  return new PouchError('PCH_REGISTRY_FAILED', `registry ${host} responded with ${found} for the ${what}`, {
    hint:
      status === 429
        ? 'wait, log in, or configure a mirror'
        : 'try again later, or ask the operator of the registry',
    cause,
  });
}

/** Returns the error of a registry that does not do what the specification requires. */
export function registryFailed(host: string, problem: string): PouchError {
  return new PouchError('PCH_REGISTRY_FAILED', `registry ${host}: ${problem}`, {
    hint: 'ask the operator of the registry, or of the proxy before it',
  });
}

/** Converts the error of a request without a response, or of an incomplete response. */
export function connectionError(error: unknown, host: string): unknown {
  if (error instanceof PouchError) return error;
  if (error instanceof Error && error.name === 'AbortError') return error;
  if (error instanceof TooSlowError) return tooSlow(error, host);
  const { text, hint } = explain(error, host);
  return new PouchError('PCH_REGISTRY_UNREACHABLE', `registry ${host} cannot be reached: ${text}`, {
    hint,
    cause: error,
  });
}

/** Whether the same request may succeed soon. A host that does not exist, or refuses connections, is not retried. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof PouchError)) return false;
  if (error.code === 'PCH_REGISTRY_TOO_SLOW') return true;
  if (error.code === 'PCH_REGISTRY_UNREACHABLE') return !isPermanent(codeOf(error.cause));
  return error.cause instanceof HttpStatusError && (error.cause.status >= 500 || error.cause.status === 429);
}

/** Whether the connection was refused, which is retried only during a pull. */
export function isRefused(error: unknown): boolean {
  return error instanceof PouchError && codeOf(error.cause) === 'ECONNREFUSED';
}

function isPermanent(code: string): boolean {
  return permanent.has(code) || isOfTls(code);
}

const permanent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EPROTO']);

/** Of TLS: the same attempt fails in the same way. */
function isOfTls(code: string): boolean {
  return /CERT|^ERR_SSL_/.test(code) || code === 'UNABLE_TO_VERIFY_LEAF_SIGNATURE';
}

function explain(error: unknown, host: string): { text: string; hint: string } {
  const code = codeOf(error);
  if (/^ERR_SSL_.*ALERT/.test(code) || (code === 'EPROTO' && /alert/.test(messageOf(error))))
    return {
      text: `it refused the TLS connection (${messageOf(error)})`,
      hint: `if it wants a certificate of this host, set certificate and key of ${host} in registries.certificates`,
    };
  if (code === 'EPROTO' || code === 'ERR_SSL_WRONG_VERSION_NUMBER') {
    return {
      text: 'it does not speak TLS',
      hint: `if it uses plain HTTP, add ${host} to registries.plainHttp`,
    };
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID')
    return {
      text: `its certificate is not valid now (${messageOf(error)})`,
      hint: 'ask the operator of the registry for another one, and check the clock of the host',
    };
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return {
      text: `its certificate has other names (${messageOf(error)})`,
      hint: 'use one of these names, or ask the operator of the registry for another certificate',
    };
  if (isOfTls(code))
    return {
      text: `its certificate is not trusted (${messageOf(error)})`,
      hint: `set ca of ${host} in registries.certificates, install its CA on the host, or add ${host} to registries.insecureTls`,
    };
  if (code === 'ENOTFOUND') return { text: 'host not found', hint: 'check the name and the DNS of the host' };
  return {
    text: messageOf(error),
    hint: 'check the name, the network and any proxy or mirror, then try again',
  };
}

function tooSlow(cause: TooSlowError, host: string): PouchError {
  const { bytes, minimum } = cause;
  return new PouchError(
    'PCH_REGISTRY_TOO_SLOW',
    `registry ${host} sent ${bytes} bytes in ${minimum.window / 1000} s, expected at least ${minimum.rate} bytes per second`,
    {
      hint: 'try again: the download resumes where it ended; if the network is that slow, lower registries.minimumRate',
      cause,
    },
  );
}

function denied(host: string, what: string, found: string, cause: Error): PouchError {
  return new PouchError('PCH_REGISTRY_DENIED', `registry ${host} denied the ${what}: ${found}`, {
    hint: `check that the repository exists and log in (docker login ${host}) or pass credentials`,
    cause,
  });
}

function notFound(host: string, what: string, found: string, cause: Error): PouchError {
  return new PouchError('PCH_IMAGE_NOT_FOUND', `registry ${host} does not have the ${what}: ${found}`, {
    hint: 'check the name and the tag',
    cause,
  });
}

/** distribution-spec "Error Codes": `{"errors":[{"code","message"}]}`; token servers use `{"details"}`. */
async function reasonOf(response: IncomingMessage): Promise<string> {
  try {
    const body = JSON.parse((await readBody(response, maxErrorBytes)).toString('utf8')) as {
      errors?: { code?: string; message?: string }[];
      details?: string;
    };
    const first = body.errors?.[0];
    return oneLine(first ? `${first.code ?? ''}: ${first.message ?? ''}` : (body.details ?? ''));
  } catch {
    // Without a readable body, the status has to suffice.
    response.destroy();
    return '';
  }
}

/** Shortens untrusted text, which may be of any type. */
function oneLine(text: unknown): string {
  // Control characters of a remote must not reach a terminal.
  return String(text)
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, maxReasonLength);
}

function retryAfter({ headers }: IncomingMessage): number | undefined {
  const seconds = Number(headers['retry-after']);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, 30) * 1000 : undefined;
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : '';
}
