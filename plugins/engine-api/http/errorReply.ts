/** Error responses: one body for all clients. */
import type { ServerResponse } from 'node:http';
import type { ErrorResponse } from '../../../client/wire.ts';
import type { ErrorCode, PouchError } from '../../../hooks/index.ts';
import type { ClientKind } from './clientKind.ts';
import { apiNameOf, inNamesOf } from '../../../translate/names/inNamesOf.ts';
import { MemberError } from '../../../translate/MemberError.ts';
import { sendJsonText } from './reply.ts';

/**
 * Docker's clients print only the message, so for them it includes the hint; some of them match on its words.
 * @param subject the object that the path names: a container, an image, …
 */
export function errorBody(error: PouchError, client: ClientKind, subject: string): ErrorResponse {
  const hint = error.hint ?? standardHints[error.code];
  return {
    message: client.readsHints ? inNamesOf(client, error.message) : wholeMessage(error, client, subject),
    code: error.code,
    hint: hint && inNamesOf(client, hint),
    plugin: error.plugin,
    hook: error.hook,
    container: error.container,
    field: error instanceof MemberError ? error.member : error.field && apiNameOf(error.field),
  };
}

/** @param beforeEnd - what the connection stays open for, once the client can read the response */
export function sendError(
  response: ServerResponse,
  status: number,
  body: ErrorResponse,
  beforeEnd?: () => Promise<void>,
): void {
  sendJsonText(response, JSON.stringify(body), status, beforeEnd);
}

/** The message with plugin and hint, which Docker's clients do not print otherwise. */
export function wholeMessage(error: PouchError, client: ClientKind, subject: string): string {
  const culprit = error.plugin ? `plugin ${error.plugin}: ` : '';
  const hint = error.hint ? ` (hint: ${error.hint})` : '';
  return inNamesOf(client, culprit + inDockersWords(error, subject) + hint);
}

const invalidBody = 'send what the Docker Engine API reference describes for this call';

/** Hints for errors without one of their own; not for Docker's clients, which would print them each time. */
const standardHints: Partial<Record<ErrorCode, string>> = {
  PCH_BAD_REQUEST: invalidBody,
  PCH_BODY_TOO_LARGE: 'send less in one request',
  PCH_IMAGE_NOT_FOUND: 'list available images: pouch images',
  PCH_NOT_SUPPORTED: 'omit the option',
  PCH_OPTION_INVALID: 'correct the value or omit the option',
  PCH_PATH_NOT_FOUND: 'paths and methods are those of the Docker Engine API, and /pouch/…',
};

/** Docker's messages for missing objects; scripts and older clients match on them. */
const notFound: Partial<Record<ErrorCode, (subject: string) => string>> = {
  PCH_CONTAINER_NOT_FOUND: (subject) => `No such container: ${subject}`,
  PCH_IMAGE_NOT_FOUND: (subject) => `No such image: ${subject}`,
  PCH_EXEC_NOT_FOUND: (subject) => `No such exec instance: ${subject}`,
  PCH_VOLUME_NOT_FOUND: (subject) => `get ${subject}: no such volume`,
};

/** The docker CLI derives exit codes 126 and 127 from these words (cli/command/container/run.go, toStatusError). */
const startFailure: Partial<Record<ErrorCode, string>> = {
  PCH_COMMAND_NOT_EXECUTABLE: 'permission denied',
  PCH_COMMAND_NOT_FOUND: 'executable file not found in $PATH',
};

function inDockersWords(error: PouchError, subject: string): string {
  const missing = subject && notFound[error.code]?.(subject);
  if (missing) return missing;
  const words = startFailure[error.code];
  if (words && !error.message.includes(words)) return `${error.message}: ${words}`;
  return error.message;
}
