import { PouchError } from '../../../hooks/errors.ts';
import type { ProcessReply } from '../../../hooks/processProtocol.ts';
import { readMessage, startOf } from '../process/readMessage.ts';

/**
 * Reads what a script has written to stdout: nothing, a JSON Patch, or a reply without `type` and `id`.
 * @throws PCH_PLUGIN_PROTOCOL
 */
export function readReply(stdout: Buffer): ProcessReply {
  const given = parse(stdout);
  const fields = Array.isArray(given) ? { patch: given as unknown[] } : given;
  return readMessage(Buffer.from(JSON.stringify({ ...fields, type: 'reply', id: 1 }))) as ProcessReply;
}

function parse(stdout: Buffer): object {
  const text = stdout.toString().trim();
  if (text === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // As any other text.
  }
  throw new PouchError(
    'PCH_PLUGIN_PROTOCOL',
    `expected nothing, a JSON Patch or a JSON object on stdout, found ${startOf(stdout)}`,
    { hint: 'write messages to stderr; docs/guides/scripts.md has the forms' },
  );
}
