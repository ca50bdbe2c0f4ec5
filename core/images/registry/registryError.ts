import type { IncomingMessage } from 'node:http';
import { PouchError, messageOf } from '../../../hooks/errors.ts';
import { TooSlowError } from './RateGuard.ts';
import { readBody } from './Transport.ts';

/** Why a registry's answer is an error; the cause of the PouchError that users see. */
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

/** Error bodies of registries are short; the rest is not read. */
const maxErrorBytes = 64 << 10;

/** A reason from outside goes into a message; so it is short and of one line. */
const maxReasonLength = 200;

/** The error of an answer that is not a success. `what` is e.g. "manifest of 127.0.0.1:5000/app:1". */
export async function statusError(answer: IncomingMessage, host: string, what: string): Promise<PouchError> {
  const status = answer.statusCode ?? 0;
  const reason = await reasonOf(answer);
  const cause = new HttpStatusError(status, reason, retryAfter(answer));
  const found = `${status}${reason && ` (${reason})`}`;
  if (status === 401 || status === 403) return denied(host, what, found, cause);
  if (status === 404) return notFound(host, what, found, cause);
  return new PouchError('PCH_REGISTRY_FAILED', `registry ${host} answered ${found} for the ${what}`, {
    hint:
      status === 429
        ? 'Wait, log in, or configure a mirror.'
        : 'Try again later, or ask who runs the registry.',
    cause,
  });
}

/** The error of a request that got no answer, or of an answer that broke off. */
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

/** Whether the same request may succeed in a moment. A host that is not there at all is not worth a wait. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof PouchError)) return false;
  if (error.code === 'PCH_REGISTRY_TOO_SLOW') return true;
  if (error.code === 'PCH_REGISTRY_UNREACHABLE') return !permanent.has(codeOf(error.cause));
  return error.cause instanceof HttpStatusError && (error.cause.status >= 500 || error.cause.status === 429);
}

/** Whether nobody listens: worth a new try in the middle of a pull only. */
export function isRefused(error: unknown): boolean {
  return error instanceof PouchError && codeOf(error.cause) === 'ECONNREFUSED';
}

const permanent = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EPROTO',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

function explain(error: unknown, host: string): { text: string; hint: string } {
  const code = codeOf(error);
  if (code === 'EPROTO' || code === 'ERR_SSL_WRONG_VERSION_NUMBER') {
    return {
      text: 'it does not speak TLS',
      hint: `If it is meant to be asked in plain HTTP, list ${host} under images.plainHttp.`,
    };
  }
  if (code.includes('CERT') || code === 'UNABLE_TO_VERIFY_LEAF_SIGNATURE') {
    return {
      text: `its certificate is not trusted (${messageOf(error)})`,
      hint: `Install its CA on the host, or list ${host} under images.insecureTls.`,
    };
  }
  if (code === 'ENOTFOUND')
    return { text: 'its name has no address', hint: 'Check the name and the DNS of the host.' };
  return {
    text: messageOf(error),
    hint: 'Check the name, the network and any proxy or mirror, then try again.',
  };
}

function tooSlow(cause: TooSlowError, host: string): PouchError {
  const { bytes, minimum } = cause;
  return new PouchError(
    'PCH_REGISTRY_TOO_SLOW',
    `registry ${host} sent ${bytes} bytes in ${minimum.window / 1000} s: expected at least ${minimum.rate} per second`,
    {
      hint: 'Try again: the download resumes where it ended. If the line is that slow, lower images.minimumRate.',
      cause,
    },
  );
}

function denied(host: string, what: string, found: string, cause: Error): PouchError {
  return new PouchError('PCH_REGISTRY_DENIED', `registry ${host} denied the ${what}: ${found}`, {
    hint: `Check that the repository exists and log in (docker login ${host}) or pass credentials.`,
    cause,
  });
}

function notFound(host: string, what: string, found: string, cause: Error): PouchError {
  return new PouchError('PCH_IMAGE_NOT_FOUND', `registry ${host} does not have the ${what}: ${found}`, {
    hint: 'Check the name and the tag.',
    cause,
  });
}

/** distribution-spec "Error Codes": `{"errors":[{"code","message"}]}`; token servers say `{"details"}`. */
async function reasonOf(answer: IncomingMessage): Promise<string> {
  try {
    const body = JSON.parse((await readBody(answer, maxErrorBytes)).toString('utf8')) as {
      errors?: { code?: string; message?: string }[];
      details?: string;
    };
    const first = body.errors?.[0];
    return oneLine(first ? `${first.code ?? ''}: ${first.message ?? ''}` : (body.details ?? ''));
  } catch {
    // The body is no help: the status must do.
    answer.destroy();
    return '';
  }
}

/** `text` is from outside and may be of any type. */
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
