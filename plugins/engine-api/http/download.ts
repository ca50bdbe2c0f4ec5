import { Readable } from 'node:stream';
import { messageOf, PouchError } from '../../../hooks/index.ts';

/**
 * Opens a file at a URL. A server that does not respond, or sends no data, for five minutes ends it (the defaults of
 * fetch).
 * @throws PCH_OPTION_INVALID, PCH_DOWNLOAD_FAILED
 */
export async function download(address: string, signal: AbortSignal): Promise<Readable> {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol))
    throw new PouchError(
      'PCH_OPTION_INVALID',
      `expected an http or https URL, found "${address.slice(0, 200)}"`,
    );
  try {
    const response = await fetch(url, { signal });
    if (response.ok && response.body) return Readable.from(chunksOf(response.body, url, signal));
    await response.body?.cancel();
    throw failed(url, `status ${response.status}`);
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof PouchError ? error : failed(url, reasonOf(error), error);
  }
}

async function* chunksOf(
  body: AsyncIterable<Uint8Array>,
  url: URL,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    signal.throwIfAborted();
    throw failed(url, reasonOf(error), error);
  }
}

/** fetch hides the cause in its error. */
function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: unknown };
  return messageOf(cause ?? error);
}

/** Without user name, password and query, which may be secret. */
function failed({ origin, pathname }: URL, why: string, cause?: unknown): PouchError {
  return new PouchError('PCH_DOWNLOAD_FAILED', `cannot download ${origin}${pathname}: ${why}`, {
    hint: 'check the address, the network of the host and any proxy',
    cause,
  });
}
