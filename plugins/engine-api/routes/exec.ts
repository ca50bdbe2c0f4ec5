/** Routes of exec instances: create, start, resize, inspect. */
import type { ExecCreateRequest, ExecInspect, ExecStartRequest } from '../../../client/wire.ts';
import {
  PouchError,
  toPouchError,
  type ExecRecord,
  type ExecRequest,
  type ExecRun,
  type OutputChunk,
} from '../../../hooks/index.ts';
import { readJson } from '../http/body.ts';
import { parameter, type Call, type Route } from '../http/call.ts';
import type { ClientKind } from '../http/clientKind.ts';
import { parseDetachKeys } from '../http/detachKeys.ts';
import { wholeMessage } from '../http/errorReply.ts';
import { degradedInNamesOf } from '../../../translate/names/inNamesOf.ts';
import { sendEmpty, sendJson } from '../http/reply.ts';
import { serveStreams } from '../http/session.ts';
import { validate } from '../http/validate.ts';
import { execCreateSchema, execStartSchema } from '../schemas/exec.ts';
import { variable } from '../../../translate/process.ts';
import { terminalSize } from './container/lifecycle.ts';

export const execRoutes: Route[] = [
  { method: 'POST', path: '/containers/:id/exec', handler: create },
  { method: 'POST', path: '/exec/:id/start', handler: start },
  { method: 'POST', path: '/exec/:id/resize', handler: resize },
  { method: 'GET', path: '/exec/:id/json', handler: inspect },
];

async function create(call: Call): Promise<void> {
  const body = validate(execCreateSchema, await readJson(call));
  parseDetachKeys(body.DetachKeys);
  const id = await call.engine.execs.create(parameter(call, 'id'), toExecRequest(body));
  sendJson(call, { Id: id }, 201);
}

function toExecRequest(body: ExecCreateRequest): ExecRequest {
  const args = typeof body.Cmd === 'string' ? [body.Cmd] : (body.Cmd ?? []);
  if (args.length === 0 && !body.Login) throw new PouchError('PCH_BAD_REQUEST', 'No exec command specified');
  return {
    args,
    login: body.Login ?? false,
    env: body.Env ? environment(body.Env) : undefined,
    secretEnv: body.SecretEnv ?? undefined,
    cwd: body.WorkingDir || undefined,
    user: body.User || undefined,
    tty: body.Tty ?? false,
    stdin: body.AttachStdin ?? false,
    stdout: body.AttachStdout ?? false,
    stderr: body.AttachStderr ?? false,
    privileged: body.Privileged ?? false,
    consoleSize: cells(body.ConsoleSize),
    ...(body.DetachKeys && { detachKeys: body.DetachKeys }),
  };
}

/** An exec inherits the container's environment and can only add variables. */
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
  const run = await call.engine.execs.start(id, { detached, consoleSize: cells(body.ConsoleSize) });
  if (!run) return sendEmpty(call, 200);
  // pouch reads a coded error. Docker's clients expect the upgrade before the process starts: some read the socket
  // beside their HTTP library and lose data that arrives together with the header.
  if (call.client.readsHints) await run.started;
  const raw = body.Tty ?? false;
  const attachment = { ...run.attachment, output: withFailure(run, call.client, raw) };
  const { detachKeys } = call.engine.execs.inspect(id).request;
  await serveStreams(call, attachment, { raw, detachKeys: parseDetachKeys(detachKeys), endsStdin: true });
}

/** Reports a failed start in the stream, as dockerd does; clients then check for the exit code 126 or 127. */
async function* withFailure(
  { attachment, started }: ExecRun,
  client: ClientKind,
  raw: boolean,
): AsyncGenerator<OutputChunk> {
  try {
    yield* attachment.output;
  } catch (error) {
    const hasStarted = await started.then(
      () => true,
      () => false,
    );
    if (hasStarted) throw error;
    const message = wholeMessage(toPouchError(error), client, '');
    yield { stream: 'stderr', data: Buffer.from(`${message}${raw ? '\r\n' : '\n'}`) };
  }
}

async function resize(call: Call): Promise<void> {
  await call.engine.execs.resize(parameter(call, 'id'), terminalSize(call));
  sendEmpty(call, 200);
}

function inspect(call: Call): void {
  sendJson(call, toExecInspect(call.engine.execs.inspect(parameter(call, 'id')), call.client));
}

function toExecInspect(record: ExecRecord, client: ClientKind): ExecInspect {
  const { request, blame = [], degraded = [] } = record;
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
    // Go's JSON of the bytes.
    DetachKeys: request.detachKeys ? parseDetachKeys(request.detachKeys).toString('base64') : '',
    Pid: record.pid,
    ...(blame.length > 0 && { Blame: blame }),
    ...(degraded.length > 0 && { Degraded: degradedInNamesOf(client, degraded) }),
  };
}
