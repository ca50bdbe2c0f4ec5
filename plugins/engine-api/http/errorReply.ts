/** Errors on the wire: one body for all clients, with a message that reads well in each of them. */
import type { ServerResponse } from 'node:http';
import type { ErrorResponse } from '../../../client/wire.ts';
import type { ErrorCode, PouchError } from '../../../hooks/index.ts';
import { sendJsonText } from './reply.ts';
import { standardHints } from './standardHints.ts';

/**
 * Docker's clients print the message alone, so it carries the hint, and some of them look for certain words in it.
 * @param subject what the path names: the container, image, …
 */
export function errorBody(error: PouchError, client: 'pouch' | 'docker', subject: string): ErrorResponse {
  return {
    message: client === 'pouch' ? error.message : messageForDocker(error, subject),
    code: error.code,
    hint: error.hint ?? standardHints[error.code],
    plugin: error.plugin,
    hook: error.hook,
    container: error.container,
  };
}

export function sendError(response: ServerResponse, status: number, body: ErrorResponse): void {
  sendJsonText(response, JSON.stringify(body), status);
}

/** The message with what Docker's clients cannot show otherwise: plugin and hint. */
export function messageForDocker(error: PouchError, subject: string): string {
  const culprit = error.plugin ? `plugin ${error.plugin}: ` : '';
  const hint = error.hint ? ` (hint: ${error.hint})` : '';
  return culprit + inDockersWords(error, subject) + hint;
}

/** What Docker says of an object that is missing; scripts and older clients match on it. */
const notFound: Partial<Record<ErrorCode, (subject: string) => string>> = {
  PCH_CONTAINER_NOT_FOUND: (subject) => `No such container: ${subject}`,
  PCH_IMAGE_NOT_FOUND: (subject) => `No such image: ${subject}`,
  PCH_EXEC_NOT_FOUND: (subject) => `No such exec instance: ${subject}`,
  PCH_VOLUME_NOT_FOUND: (subject) => `get ${subject}: no such volume`,
};

/** The docker CLI makes exit codes 126 and 127 from these words (cli/command/container/run.go, toStatusError). */
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
