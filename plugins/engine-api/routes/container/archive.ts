/** Routes that copy files into and out of containers. */
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FilesystemChangeWire } from '../../../../client/wire.ts';
import { type PathStat, PouchError } from '../../../../hooks/index.ts';
import { parameter, type Call, type Route } from '../../http/call.ts';
import { sendEmpty, sendJson } from '../../http/reply.ts';

const path = '/containers/:id/archive';

export const archiveRoutes: Route[] = [
  { method: 'HEAD', path, handler: stat },
  { method: 'GET', path, handler: read },
  { method: 'PUT', path, handler: write },
  { method: 'GET', path: '/containers/:id/changes', handler: changes },
  { method: 'GET', path: '/containers/:id/export', handler: exportRoot },
];

async function stat(call: Call): Promise<void> {
  const found = await call.engine.containers.statPath(parameter(call, 'id'), pathOf(call), call.signal);
  call.response.setHeader('X-Docker-Container-Path-Stat', encoded(found));
  sendEmpty(call, 200);
}

async function read(call: Call): Promise<void> {
  const { containers } = call.engine;
  const [id, path] = [parameter(call, 'id'), pathOf(call)];
  const note = (found: PathStat) => call.response.setHeader('X-Docker-Container-Path-Stat', encoded(found));
  if (canReceive(call)) return await sendDirectly(call, path, note);
  const { stat: found, body } = await containers.readArchive(id, path, call.signal);
  note(found);
  await sendTar(call, body);
}

/** Numbers of Docker's API. */
const kinds = { changed: 0, added: 1, deleted: 2 } as const;

async function changes(call: Call): Promise<void> {
  const found = await call.engine.containers.changes(parameter(call, 'id'));
  const body: FilesystemChangeWire[] = found.map(({ path, kind }) => ({ Path: path, Kind: kinds[kind] }));
  sendJson(call, body);
}

async function exportRoot(call: Call): Promise<void> {
  if (canReceive(call)) return await sendDirectly(call, undefined, () => undefined);
  await sendTar(call, await call.engine.containers.export(parameter(call, 'id'), call.signal));
}

const tarHeaders = { 'Content-Type': 'application/x-tar' };

async function sendTar(call: Call, body: Readable): Promise<void> {
  call.response.writeHead(200, tarHeaders);
  await pipeline(body, call.response, { signal: call.signal });
}

/** Whether the process that reads the files can write to the connection itself: without encryption, and in chunks. */
function canReceive({ request, response }: Call): boolean {
  return (
    request.httpVersion === '1.1' && response.socket === request.socket && !('encrypted' in request.socket)
  );
}

/** The response has its head and its last chunk from here. */
async function sendDirectly(
  { engine, params, request: { socket }, response, signal, mayBegin }: Call,
  path: string | undefined,
  note: (found: PathStat) => void,
): Promise<void> {
  const begin = async (found: PathStat) => {
    note(found);
    await mayBegin?.(200, tarHeaders);
    response.writeHead(200, tarHeaders);
    response.flushHeaders();
    await new Promise<void>((resolve, reject) => {
      socket.write('', (error) => (error ? reject(error) : resolve()));
    });
  };
  await engine.containers.sendArchive(params['id'] ?? '', path, { socket, begin }, signal);
  response.end();
}

async function write(call: Call): Promise<void> {
  const { query, body } = call;
  const options = {
    path: pathOf(call),
    noOverwriteDirNonDir: query.flag('noOverwriteDirNonDir'),
    asUser: query.flag('copyUIDGID'),
  };
  await call.engine.containers.writeArchive(parameter(call, 'id'), body, options, call.signal);
  // What follows the end of the archive.
  body.resume();
  sendEmpty(call, 200);
}

function pathOf({ query }: Call): string {
  const asked = query.text('path');
  if (asked) return asked;
  throw new PouchError('PCH_BAD_REQUEST', 'path: expected a path of the container, found none');
}

function encoded(found: PathStat): string {
  return Buffer.from(JSON.stringify(found)).toString('base64');
}
