import { CliError } from '../../errors.ts';

/** Yields the file at a URL. @throws CliError PCH_DOWNLOAD_FAILED */
export async function* downloaded(url: string): AsyncGenerator<Uint8Array> {
  try {
    const response = await fetch(url);
    if (!response.ok || !response.body) throw new Error(`status ${response.status}`);
    yield* response.body;
  } catch (error) {
    const { message, cause } = error as Error;
    throw new CliError(
      'PCH_DOWNLOAD_FAILED',
      `cannot download ${url.replace(/\?.*$/, '').replace(/\/\/[^/@]*@/, '//')}: ${cause instanceof Error ? cause.message : message}`,
      'check the address and any proxy',
    );
  }
}
