/** Exec instances: create, start, resize, inspect. */
import type { ExecCreateRequest, ExecInspect, ExecStartRequest } from '../../../client/wire.ts';
import { PouchError, type ExecRecord, type ExecRequest } from '../../../hooks/index.ts';
import { readJson } from '../http/body.ts';
import { parameter, type Call, type Route } from '../http/call.ts';
import { parseDetachKeys } from '../http/detachKeys.ts';
import { messageForDocker } from '../http/errorReply.ts';
import { sendEmpty, sendJson } from '../http/reply.ts';
import { serveStreams, type SessionOptions } from '../http/session.ts';
import { validate } from '../http/validate.ts';
import { execCreateSchema, execStartSchema } from '../schemas/exec.ts';
import { variable } from '../translate/request/process.ts';
import { terminalSize } from './container/lifecycle.ts';

export const execRoutes: Route[] = [
  { method: 'POST', path: '/containers/:id/exec', handler: create },
  { method: 'POST', path: '/exec/:id/start', handler: start },
  { method: 'POST', path: '/exec/:id/resize', handler: resize },
  { method: 'GET', path: '/exec/:id/json', handler: inspect },
];

async function create(call: Call): Promise<void> {
  const body = validate(execCreateSchema, await readJson(call));
  parseDetachKeys(body.DetachKeys || undefined);
  const id = await call.engine.execs.create(parameter(call, 'id'), toExecRequest(body));
  sendJson(call, { Id: id }, 201);
}

function toExecRequest(body: ExecCreateRequest): ExecRequest {
  const args = typeof body.Cmd === 'string' ? [body.Cmd] : (body.Cmd ?? []);
  if (args.length === 0) throw new PouchError('PCH_BAD_REQUEST', 'No exec command specified');
  return {
    args,
    env: body.Env ? environment(body.Env) : undefined,
    cwd: body.WorkingDir || undefined,
    user: body.User || undefined,
    tty: body.Tty ?? false,
    stdin: body.AttachStdin ?? false,
    stdout: body.AttachStdout ?? false,
    stderr: body.AttachStderr ?? false,
    privileged: body.Privileged ?? false,
    consoleSize: cells(body.ConsoleSize),
  };
}

/** An exec starts from the container's environment and can only add to it. */
function environment(list: string[]): Record<string, string> {
  return Object.fromEntries(list.map(variable).map(([name, value]) => [name, value ?? '']));
}

function cells(size: [number, number] | null | undefined): ExecRequest['consoleSize'] {
  return size && size[0] > 0 && size[1] > 0 ? { height: size[0], width: size[1] } : undefined;
}

async function start(call: Call): Promise<void> {
  const id = parameter(call, 'id');
  const body: ExecStartRequest = validate(execStartSchema, (await readJson(call)) ?? {});
  const detached = body.Detach ?? false;
  const options = { detached, consoleSize: cells(body.ConsoleSize) };
  try {
    const attachment = await call.engine.execs.start(id, options);
    if (!attachment) return sendEmpty(call, 200);
    await serveStreams(call, attachment, { detachKeys: parseDetachKeys(undefined), endsStdin: true });
  } catch (error) {
    if (detached || !isExitCode(call, error)) throw error;
    await tellOnStream(call, id, error);
  }
}

/**
 * Docker tells of a command that is not there on the stream, and its clients then ask for the exit code 126 or 127. pouch
 * reads the coded error.
 */
function isExitCode(call: Call, error: unknown): error is PouchError {
  if (call.client === 'pouch' || call.response.headersSent || !(error instanceof PouchError)) return false;
  if (error.code !== 'PCH_COMMAND_NOT_FOUND' && error.code !== 'PCH_COMMAND_NOT_EXECUTABLE') return false;
  return call.engine.execs.inspect(parameter(call, 'id')).exitCode !== undefined;
}

const noInput: SessionOptions = { detachKeys: Buffer.alloc(0), endsStdin: false };

function tellOnStream(call: Call, id: string, error: PouchError): Promise<void> {
  const { tty = false } = call.engine.execs.inspect(id).request;
  const message = Buffer.from(`${messageForDocker(error, '')}${tty ? '\r\n' : '\n'}`);
  const output = (async function* () {
    yield { stream: 'stderr' as const, data: message };
  })();
  return serveStreams(call, { tty, output, detach: () => undefined }, noInput);
}

async function resize(call: Call): Promise<void> {
  await call.engine.execs.resize(parameter(call, 'id'), terminalSize(call));
  sendEmpty(call, 200);
}

function inspect(call: Call): void {
  sendJson(call, toExecInspect(call.engine.execs.inspect(parameter(call, 'id'))));
}

function toExecInspect(record: ExecRecord): ExecInspect {
  const { request } = record;
  const [entrypoint = '', ...rest] = request.args;
  return {
    ID: record.id,
    Running: record.running,
    ExitCode: record.exitCode ?? null,
    ProcessConfig: {
      tty: request.tty ?? false,
      entrypoint,
      arguments: rest,
      privileged: request.privileged ?? false,
      user: request.user,
    },
    OpenStdin: request.stdin ?? false,
    OpenStderr: request.stderr ?? false,
    OpenStdout: request.stdout ?? false,
    CanRemove: false,
    ContainerID: record.container,
    DetachKeys: '',
    Pid: record.pid,
  };
}
