import type { ErrorResponse } from './wire/error.ts';

/** Details of a failed call, from the server's response or from the client if the server was not reached. */
export interface ClientErrorDetails {
  /** HTTP status; 0 without a response. */
  status?: number;
  /** What to do about it. */
  hint?: string;
  plugin?: string;
  hook?: string;
  container?: string;
  field?: string;
  cause?: unknown;
}

/** The error that every call of the client throws. */
export class ClientError extends Error {
  /** `PCH_…`; empty if the server sent none, as dockerd. */
  readonly code: string;
  readonly status: number;
  readonly hint: string | undefined;
  readonly plugin: string | undefined;
  readonly hook: string | undefined;
  readonly container: string | undefined;
  /** The member of the request at fault: `HostConfig.Memory`. */
  readonly field: string | undefined;

  constructor(code: string, message: string, details: ClientErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'ClientError';
    this.code = code;
    this.status = details.status ?? 0;
    this.hint = details.hint;
    this.plugin = details.plugin;
    this.hook = details.hook;
    this.container = details.container;
    this.field = details.field;
  }
}

/** Returns the error for a response with a status of 400 and above. */
export function errorFromResponse(status: number, body: string): ClientError {
  const parsed = parseErrorBody(body);
  const message = parsed.message || body.trim() || `the daemon returned status ${status}`;
  return errorFromBody(status, { ...parsed, message });
}

/** Returns the error for a parsed body. */
export function errorFromBody(status: number, body: ErrorResponse): ClientError {
  return new ClientError(body.code ?? '', body.message, { status, ...detailsOf(body) });
}

function detailsOf(body: Partial<ErrorResponse>): ClientErrorDetails {
  const { hint, plugin, hook, container, field } = body;
  return Object.fromEntries(
    Object.entries({ hint, plugin, hook, container, field }).filter(([, value]) => typeof value === 'string'),
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
