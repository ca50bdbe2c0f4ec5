/** Exported contexts: a tar as Docker writes it, meta.json and tls/docker/*.pem. */
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import tar from 'tar-stream';
import { parseAddress, type TlsFiles } from '../../client/index.ts';
import { CliError } from '../errors.ts';
import { parseObject } from './current.ts';
import type { Context } from './store.ts';

/** Bytes of an archive; Docker's limit. */
const largest = 10 * 1024 * 1024;

const tlsNames = { ca: 'ca.pem', cert: 'cert.pem', key: 'key.pem' } as const;
const tokenFile = 'pouch/token';

export async function packContext({ name, description, host, tls = {}, token }: Context): Promise<Buffer> {
  const pack = tar.pack();
  const meta = {
    Name: name,
    Metadata: description === '' ? {} : { Description: description },
    Endpoints: { docker: { Host: host, SkipTLSVerify: false } },
  };
  const add = (path: string, text: string) => pack.entry({ name: path, mode: 0o600 }, text);
  add('meta.json', JSON.stringify(meta));
  for (const [key, file] of Object.entries(tlsNames)) {
    const text = tls[key as keyof TlsFiles];
    if (text !== undefined) add(`tls/docker/${file}`, text);
  }
  if (token !== undefined) add(tokenFile, token);
  pack.finalize();
  return await buffer(pack);
}

/** @throws CliError PCH_CONTEXT_INVALID */
export async function unpackContext(name: string, source: AsyncIterable<Buffer>): Promise<Context> {
  const files = await readFiles(await limited(source));
  const meta = files.get('meta.json');
  if (meta === undefined) throw invalid('expected meta.json in the archive, found none');
  const { Metadata, Endpoints } = parseObject('meta.json', meta) as {
    Metadata?: { Description?: unknown } | null;
    Endpoints?: { docker?: { Host?: unknown; SkipTLSVerify?: unknown } | null } | null;
  };
  const { Host: host, SkipTLSVerify } = Endpoints?.docker ?? {};
  if (typeof host !== 'string') throw invalid('meta.json: expected Endpoints.docker.Host, found none');
  if (SkipTLSVerify === true)
    throw invalid('meta.json: SkipTLSVerify is true, and Pouch verifies every daemon');
  const { wantsTls } = checked(host);
  const tls = Object.fromEntries(
    Object.entries(tlsNames).flatMap(([key, file]) => {
      const text = files.get(`tls/docker/${file}`);
      return text === undefined ? [] : [[key, text]];
    }),
  ) as TlsFiles;
  const token = files.get(tokenFile);
  const description = Metadata?.Description;
  return {
    name,
    description: typeof description === 'string' ? description : '',
    host,
    ...((Object.keys(tls).length > 0 || wantsTls) && { tls }),
    ...(token !== undefined && { token }),
  };
}

function checked(host: string) {
  try {
    return parseAddress(host);
  } catch (error) {
    throw invalid(`meta.json: ${(error as Error).message}`);
  }
}

async function limited(source: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    if (size > largest) throw invalid('expected an archive of at most 10 MiB, found a larger one');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Files that a context does not have are ignored, as Kubernetes' of old versions of Docker. */
async function readFiles(archive: Buffer): Promise<Map<string, string>> {
  const extract = tar.extract();
  const files = new Map<string, string>();
  Readable.from([archive])
    .on('error', (error) => extract.destroy(error))
    .pipe(extract);
  try {
    for await (const entry of extract) {
      if (entry.header.type === 'file') files.set(entry.header.name, (await buffer(entry)).toString());
      else entry.resume();
    }
  } catch (error) {
    throw invalid(`expected a tar archive, found damage: ${(error as Error).message}`);
  }
  return files;
}

function invalid(message: string): CliError {
  return new CliError(
    'PCH_CONTEXT_INVALID',
    message,
    'use a file of `pouch context export` or `docker context export`',
  );
}
