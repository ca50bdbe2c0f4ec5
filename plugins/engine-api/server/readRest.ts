import type { IncomingMessage } from 'node:http';
import { restTimeoutMs } from './limits.ts';

/**
 * Reads what a client still sends after the response to its request: many clients read the response only then, and a
 * connection that is closed with unread input is reset, which may take the response with it. Resolves at the end of
 * the body, or after a time.
 */
export async function readRest(request: IncomingMessage): Promise<void> {
  if (request.complete || request.destroyed) return;
  await new Promise<void>((resolve) => {
    const late = setTimeout(resolve, restTimeoutMs);
    const settle = (): void => {
      clearTimeout(late);
      resolve();
    };
    request.once('end', settle).once('close', settle).once('error', settle).resume();
  });
}
