/** Translates the process: command, environment, user, terminal. */
import { posix } from 'node:path';
import type { ContainerCreateRequest } from '../client/wire.ts';
import type { ContainerRequest } from '../hooks/index.ts';
import { invalid } from './invalid.ts';

export function processOf(body: ContainerCreateRequest): Partial<ContainerRequest> {
  const size = body.HostConfig?.ConsoleSize;
  return {
    entrypoint: entrypointOf(body.Entrypoint),
    command: commandOf(body.Cmd),
    env: environmentOf(body.Env),
    secretEnv: body.SecretEnv ?? undefined,
    cwd: workingDirectory(body.WorkingDir),
    user: body.User || undefined,
    groups: body.HostConfig?.GroupAdd ?? undefined,
    tty: body.Tty ?? false,
    openStdin: body.OpenStdin ?? false,
    stdinOnce: body.StdinOnce ?? false,
    consoleSize: size && size[0] > 0 && size[1] > 0 ? { height: size[0], width: size[1] } : undefined,
    stopSignal: body.StopSignal || undefined,
    stopTimeout: stopTimeout(body.StopTimeout),
  };
}

/** `[""]` and `[]` clear the image's entrypoint; null keeps it. */
function entrypointOf(value: ContainerCreateRequest['Entrypoint']): string[] | undefined {
  if (value === null || value === undefined) return undefined;
  const list = toList(value);
  return list.length === 1 && list[0] === '' ? [] : list;
}

/** An empty list keeps the image's command, as in Docker. */
function commandOf(value: ContainerCreateRequest['Cmd']): string[] | undefined {
  const list = toList(value ?? []);
  return list.length > 0 ? list : undefined;
}

function toList(value: string[] | string): string[] {
  return typeof value === 'string' ? [value] : value;
}

/** `NAME=VALUE` sets a variable; `NAME` removes the image's variable. */
function environmentOf(list: string[] | null | undefined): Record<string, string | undefined> | undefined {
  if (!list) return undefined;
  return Object.fromEntries(list.map(variable));
}

/** @throws PCH_OPTION_INVALID for `=value` */
export function variable(entry: string): [string, string | undefined] {
  const mark = entry.indexOf('=');
  if (mark === 0 || entry === '') throw invalid('Env', 'NAME=VALUE', entry);
  return mark < 0 ? [entry, undefined] : [entry.slice(0, mark), entry.slice(mark + 1)];
}

function workingDirectory(path: string | null | undefined): string | undefined {
  if (!path) return undefined;
  if (!path.startsWith('/')) throw invalid('WorkingDir', 'an absolute path', path);
  return posix.normalize(path).replace(/(.)\/$/, '$1');
}

function stopTimeout(seconds: number | null | undefined): number | undefined {
  if (seconds === null || seconds === undefined) return undefined;
  if (seconds < -1) throw invalid('StopTimeout', 'seconds, or -1 to wait indefinitely', seconds);
  return seconds;
}
