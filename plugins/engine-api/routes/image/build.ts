/** Routes that build images. */
import { once } from 'node:events';
import type { Duplex, Readable } from 'node:stream';
import { type BuildMessage, messageOf, PouchError, type SessionBuild } from '../../../../hooks/index.ts';
import type { Call, Route } from '../../http/call.ts';
import { streamProgress, type ProgressSink } from '../../http/progressStream.ts';
import { switchProtocol } from '../../http/rawStream.ts';
import { Uploads } from '../../http/Uploads.ts';
import { registryConfig } from '../../http/registryAuth.ts';
import { sendJson } from '../../http/reply.ts';
import { validate } from '../../http/validate.ts';
import { textMap, typed } from '../../schemas/json.ts';
import {
  awaitsUpload,
  buildOptions,
  isSessionBuild,
  sessionBuild,
  uploadFor,
} from '../../translate/image/build.ts';
import { familiar, repositoryOf } from '../../translate/image/reference.ts';
import { buildPrune } from '../../translate/prune.ts';

export const buildRoutes: Route[] = [
  {
    method: 'POST',
    path: '/build',
    handler: (call) => (isSessionBuild(call.query) ? withBuildKit(call) : build(call)),
  },
  { method: 'POST', path: '/build/cancel', handler: cancel },
  { method: 'POST', path: '/session', handler: (call) => connect(call, 'session') },
  { method: 'POST', path: '/grpc', handler: (call) => connect(call, 'control') },
  { method: 'POST', path: '/build/prune', handler: prune },
];

const uploads = new Uploads();

/** Builds with BuildKit, by their ids. */
const solving = new Map<string, AbortController>();

async function withBuildKit(call: Call): Promise<void> {
  const id = uploadFor(call.query);
  if (id === undefined) return await solve(call);
  await uploads.offer(id, call.body);
  call.response.writeHead(200).end();
}

/** A build of what the client has in its session: the messages are those of dockerd’s BuildKit. */
async function solve(call: Call): Promise<void> {
  const options = sessionBuild(call.query);
  call.body.resume();
  if (awaitsUpload(call.query))
    await uploads.use(options.id, (upload) => solveBuild(call, { ...options, upload }));
  else await solveBuild(call, options);
}

async function solveBuild(call: Call, options: Omit<SessionBuild, 'signal' | 'trace'>): Promise<void> {
  const isQuiet = call.query.flag('q');
  const controller = new AbortController();
  const abort = () => controller.abort(new PouchError('PCH_CANCELLED', 'the client has left'));
  call.signal.addEventListener('abort', abort);
  if (call.signal.aborted) abort();
  if (options.id !== '') solving.set(options.id, controller);
  try {
    await streamProgress(call, '', async (sink) => {
      const id = await call.engine.builds.solve({
        ...options,
        signal: controller.signal,
        trace: (message) => {
          if (!isQuiet)
            sink.send({ id: 'moby.buildkit.trace', aux: Buffer.from(message).toString('base64') });
        },
      });
      if (isQuiet) sink.send({ stream: `${id}\n` });
      sink.send({ id: 'moby.image.id', aux: { ID: id } });
    });
  } finally {
    call.signal.removeEventListener('abort', abort);
    if (solving.get(options.id) === controller) solving.delete(options.id);
  }
}

/** As dockerd, succeeds for a build that does not run. */
function cancel(call: Call): void {
  const id = call.query.text('id');
  if (id === undefined)
    throw new PouchError('PCH_BAD_REQUEST', 'query parameter id: expected the id of a build');
  solving.get(id)?.abort(new PouchError('PCH_CANCELLED', 'the build was cancelled'));
  call.response.writeHead(200).end();
}

async function connect(call: Call, kind: 'session' | 'control'): Promise<void> {
  let stream: Duplex | undefined;
  const accept = () => (stream = switchProtocol(call, 'h2c'));
  try {
    const headers = call.request.headersDistinct;
    await call.engine.builds.connect({ kind, headers, signal: call.signal }, accept);
  } catch (error) {
    if (!stream) throw error;
    call.log.warn('a connection to BuildKit has failed', { error: messageOf(error) });
  } finally {
    stream?.destroy();
  }
}

/** With it, the body begins with that many bytes of JSON: secrets in base64, by their ids. */
const secretsHeader = 'x-pouch-secrets';
const mostSecretBytes = 4 << 20;

async function build(call: Call): Promise<void> {
  const options = buildOptions(call.query);
  const auth = registryConfig(call.request.headers['x-registry-config']);
  const secrets = await readSecrets(call);
  const isQuiet = call.query.flag('q');
  await streamProgress(call, '', async (sink) => {
    const report = isQuiet ? undefined : (message: BuildMessage) => send(call, sink, message);
    const id = await call.engine.builds.build(call.body, { ...options, auth, secrets }, report, call.signal);
    if (isQuiet) return sink.send({ stream: `${id}\n` });
    sink.send({ aux: { ID: id } });
    sink.send({ stream: `Successfully built ${id.replace(/^sha256:/, '').slice(0, 12)}\n` });
    for (const name of options.names ?? []) sink.send({ stream: `Successfully tagged ${tagged(name)}\n` });
  });
}

function tagged(name: string): string {
  return familiar(repositoryOf(name) === name ? `${name}:latest` : name);
}

/** Resolves when a client that reads slowly can take more. */
async function send(call: Call, sink: ProgressSink, message: BuildMessage): Promise<void> {
  if (!('text' in message)) return sink.report(message);
  if (message.text !== '') sink.send({ stream: message.text });
  if (!call.response.writableNeedDrain || call.signal.aborted) return;
  await once(call.response, 'drain', { signal: call.signal }).catch(() => undefined);
}

const secretsSchema = typed<Record<string, string> | null>(textMap);

/** @throws PCH_BAD_REQUEST, without the content */
async function readSecrets({ request, body }: Call): Promise<Record<string, string>> {
  const header = request.headers[secretsHeader];
  if (header === undefined) return {};
  const size = Number(header);
  if (!Number.isInteger(size) || size < 2 || size > mostSecretBytes)
    throw new PouchError('PCH_BAD_REQUEST', `X-Pouch-Secrets: expected 2 to ${mostSecretBytes} bytes`);
  const bytes = await firstBytes(body, size);
  try {
    return validate(secretsSchema, JSON.parse(bytes.toString('utf8'))) ?? {};
  } catch {
    throw new PouchError('PCH_BAD_REQUEST', 'the secrets: expected JSON with texts, found other data');
  }
}

async function firstBytes(body: Readable, size: number): Promise<Buffer> {
  for (;;) {
    const bytes = body.read(size) as Buffer | null;
    if (bytes?.length === size) return bytes;
    if (bytes !== null || body.readableEnded)
      throw new PouchError('PCH_BAD_REQUEST', `the body: expected ${size} bytes of secrets, found its end`);
    await once(body, 'readable');
  }
}

async function prune(call: Call): Promise<void> {
  const wanted = buildPrune(call.query);
  const { ids, bytes } = wanted ? await call.engine.builds.prune(wanted) : { ids: [], bytes: 0 };
  sendJson(call, { CachesDeleted: ids, SpaceReclaimed: bytes });
}
