import type { ContainerDraft } from '../../../hooks/draft.ts';
import type { ContainerRequest } from '../../../hooks/request.ts';
import { markSecret } from '../../../hooks/markSecret.ts';
import { formatPath } from '../../plugins/index.ts';
import { rlimitName } from '../newDraft.ts';
import { checkHostname } from './hostname.ts';

export function applyProcess(draft: ContainerDraft, request: ContainerRequest): void {
  const { process } = draft;
  if (request.entrypoint !== undefined) {
    process.entrypoint = [...request.entrypoint];
    // The image's command belongs to the image's entrypoint.
    process.command = [];
  }
  if (request.command !== undefined && request.command.length > 0) process.command = [...request.command];
  for (const name of request.secretEnv ?? []) markSecret(draft, formatPath(['process', 'env', name]));
  if (request.cwd) process.cwd = request.cwd;
  if (request.user) process.user = request.user;
  process.groups = [...(request.groups ?? [])];
  process.tty = request.tty ?? false;
  process.openStdin = request.openStdin ?? false;
  process.stdinOnce = request.stdinOnce ?? false;
  if (request.consoleSize) process.consoleSize = request.consoleSize;
  if (request.init !== undefined) process.init = request.init;
  if (request.oomScoreAdj !== undefined) process.oomScoreAdj = request.oomScoreAdj;
  if (request.hostname) draft.hostname = checkHostname('hostname', request.hostname);
  if (request.domainname) draft.domainname = checkHostname('domainname', request.domainname);
  applyEnv(process.env, draft, request);
  for (const [name, limit] of Object.entries(request.ulimits ?? {}))
    process.rlimits[rlimitName(name)] = { ...limit };
}

function applyEnv(env: Record<string, string>, draft: ContainerDraft, request: ContainerRequest): void {
  if (request.tty) env['TERM'] ??= 'xterm';
  env['HOSTNAME'] = draft.hostname;
  for (const [name, value] of Object.entries(request.env ?? {})) {
    if (value === undefined) delete env[name];
    else env[name] = value;
  }
}
