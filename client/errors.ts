import type { ErrorResponse } from './wire/error.ts';

/** What a failed call says: the server's words, or the client's own when the server was not reached. */
export interface ClientErrorDetails {
  /** HTTP status; 0 if there was no answer. */
  status?: number;
  /** What to do about it. */
  hint?: string;
  plugin?: string;
  hook?: string;
  container?: string;
  cause?: unknown;
}

/** The one error that the client throws. */
export class ClientError extends Error {
  /** `PCH_…`; empty if the server sent none (Docker's never do). */
  readonly code: string;
  readonly status: number;
  readonly hint: string | undefined;
  readonly plugin: string | undefined;
  readonly hook: string | undefined;
  readonly container: string | undefined;

  constructor(code: string, message: string, details: ClientErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'ClientError';
    this.code = code;
    this.status = details.status ?? 0;
    this.hint = details.hint;
    this.plugin = details.plugin;
    this.hook = details.hook;
    this.container = details.container;
  }
}

/** Reads the body of an answer with a status of 400 and above. */
export function errorFromResponse(status: number, body: string): ClientError {
  const parsed = parseErrorBody(body);
  const message = parsed.message || body.trim() || `the daemon answered with status ${status}`;
  return errorFromBody(status, { ...parsed, message });
}

export function errorFromBody(status: number, body: ErrorResponse): ClientError {
  return new ClientError(body.code ?? '', body.message, { status, ...definedParts(body) });
}

function definedParts(body: Partial<ErrorResponse>): ClientErrorDetails {
  const { hint, plugin, hook, container } = body;
  return Object.fromEntries(
    Object.entries({ hint, plugin, hook, container }).filter(([, value]) => typeof value === 'string'),
  );
}

function parseErrorBody(body: string): Partial<ErrorResponse> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
