import type { Readable } from 'node:stream';
import { PouchError } from '../../../hooks/index.ts';
import { bodyTimeoutMs, maxJsonBody } from '../server/limits.ts';
import type { Call } from './call.ts';

/**
 * Reads a JSON body; returns undefined for an empty one.
 * @throws PCH_BAD_REQUEST for a wrong Content-Type or malformed JSON, PCH_BODY_TOO_LARGE, PCH_DEADLINE
 */
export async function readJson(call: Call): Promise<unknown> {
  const bytes = await readAll(call.body, maxJsonBody);
  if (bytes.length === 0) return undefined;
  checkContentType(call.request.headers['content-type']);
  return parseJson(bytes);
}

/**
 * Reads a body to its end.
 * @param limit in bytes
 * @throws PCH_BODY_TOO_LARGE, PCH_DEADLINE
 */
export async function readAll(body: Readable, limit: number): Promise<Buffer> {
  const late = setTimeout(() => body.destroy(bodyTimeout()), bodyTimeoutMs);
  try {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > limit) throw tooLarge(limit);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } finally {
    clearTimeout(late);
  }
}

/** Docker requires it too: a web page cannot send this type to another origin without a preflight request. */
function checkContentType(type: string | undefined): void {
  if (isJson(type)) return;
  throw new PouchError('PCH_BAD_REQUEST', `unsupported Content-Type header (${type ?? 'missing'})`, {
    hint: 'send the body with Content-Type: application/json',
  });
}

/** @param type a Content-Type header */
export function isJson(type: string | undefined): boolean {
  return type?.split(';')[0]?.trim().toLowerCase() === 'application/json';
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw new PouchError('PCH_BAD_REQUEST', `the body is not valid JSON: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

export function tooLarge(limit: number): PouchError {
  return new PouchError('PCH_BODY_TOO_LARGE', `the body is larger than ${limit / 1024 / 1024} MiB`);
}

export function bodyTimeout(): PouchError {
  return new PouchError('PCH_DEADLINE', `the body did not arrive within ${bodyTimeoutMs / 1000} s`, {
    hint: 'send the whole request at once',
  });
}
