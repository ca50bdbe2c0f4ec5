/** The pure half of exec: the process that a request results in. */
import { catalogue } from '../../hooks/catalogue.ts';
import type { Logger } from '../../hooks/defineHook.ts';
import type { ContainerDraft, ExecDraft } from '../../hooks/draft.ts';
import type { ExecRequest } from '../../hooks/engine.ts';
import type { OciProcess } from '../../hooks/oci.ts';
import type { BlameEntry, Degradation } from '../../hooks/plan.ts';
import type { Generation } from '../plugins/index.ts';
import { formatPath } from '../plugins/draft/fieldPath.ts';
import { checked } from './culprit.ts';
import { loginShell } from './loginShell.ts';
import { toSet } from './newDraft.ts';
import { type AccountFiles, resolveUser } from './users.ts';

export interface ExecContext {
  log: Logger;
  /** The container's own process in its spec. */
  ownProcess(): Promise<OciProcess>;
  /** /etc/passwd and /etc/group as the container has them now. */
  accounts(): Promise<AccountFiles>;
  /** What a privileged process gets. */
  allCapabilities(): Promise<string[]>;
}

export interface PlannedExec {
  process: OciProcess;
  /** The marks of its draft. */
  secrets: Pick<ExecDraft, 'secrets'>;
  blame: BlameEntry[];
  degraded: Degradation[];
}

/** The container's own process with the changes of the request; the taps of container.preExec run last. */
export async function planExec(
  request: ExecRequest,
  container: ContainerDraft,
  { runner }: Generation,
  context: ExecContext,
): Promise<PlannedExec> {
  const own = await context.ownProcess();
  const all = request.privileged ? await context.allCapabilities() : undefined;
  const given = request.login
    ? loginDraft(request, container, all, await context.accounts())
    : execDraft(request, container, all);
  const { draft, blame, degraded } = await runner.plan(catalogue.container.preExec, given, {
    log: context.log,
  });
  const accounts = await context.accounts();
  const process = await checked(blame, ['user'], () =>
    ociProcess(draft, own, accounts, request.login ? [] : container.process.groups),
  );
  return {
    process: { ...process, ...(request.consoleSize && { consoleSize: request.consoleSize }) },
    secrets: { ...(draft.secrets && { secrets: draft.secrets }) },
    blame,
    degraded,
  };
}

/**
 * The process of a command that no tap sees, with the container's user, environment and working directory: a probe of
 * its health.
 */
export async function planProbe(
  args: readonly string[],
  container: ContainerDraft,
  context: Pick<ExecContext, 'ownProcess' | 'accounts'>,
): Promise<OciProcess> {
  const [own, accounts] = await Promise.all([context.ownProcess(), context.accounts()]);
  return ociProcess(
    execDraft({ args: [...args] }, container, undefined),
    own,
    accounts,
    container.process.groups,
  );
}

/** The marks of an exec: those of the request, and of what it inherits from the container's process. */
export function execSecrets(
  { secretEnv = [] }: ExecRequest,
  { secrets = {} }: ContainerDraft,
): Pick<ExecDraft, 'secrets'> {
  const process = 'process.';
  const inherited = Object.keys(secrets).filter((mark) => mark.startsWith(process));
  const marks = [
    ...inherited.map((mark) => mark.slice(process.length)),
    ...secretEnv.map((name) => formatPath(['env', name])),
  ];
  return marks.length > 0 ? { secrets: toSet(marks) } : {};
}

/** @param allCapabilities - of a privileged process; undefined for one that has those of its container */
function execDraft(
  request: ExecRequest,
  container: ContainerDraft,
  allCapabilities: string[] | undefined,
): ExecDraft {
  const { id, process } = container;
  return {
    container: id,
    args: [...request.args],
    env: { ...process.env, ...request.env, ...(request.tty && { TERM: request.env?.['TERM'] ?? 'xterm' }) },
    cwd: request.cwd || process.cwd || '/',
    user: request.user || process.user,
    tty: request.tty ?? false,
    privileged: request.privileged ?? false,
    capabilities: allCapabilities ? toSet(allCapabilities) : { ...process.capabilities },
    ...execSecrets(request, container),
  };
}

/** root's, unless the request names a user. */
function loginDraft(
  request: ExecRequest,
  container: ContainerDraft,
  allCapabilities: string[] | undefined,
  accounts: AccountFiles,
): ExecDraft {
  const user = request.user || 'root';
  const draft = execDraft({ ...request, user }, container, allCapabilities);
  const login = loginShell(request, container, resolveUser(user === 'root' ? '0' : user, [], accounts));
  const { TERM } = draft.env;
  return {
    ...draft,
    ...login,
    env: { ...login.env, ...(request.tty && TERM !== undefined && { TERM }), ...request.env },
    user: request.user || '0',
  };
}

/** @param groups - those that the container was given; a login has only those of its account */
function ociProcess(
  draft: ExecDraft,
  own: OciProcess,
  accounts: AccountFiles,
  groups: readonly string[],
): OciProcess {
  const account = resolveUser(draft.user, groups, accounts);
  const capabilities = Object.keys(draft.capabilities).sort();
  const held = account.uid === 0 ? capabilities : [];
  return {
    ...own,
    terminal: draft.tty,
    args: draft.args,
    env: Object.entries({ HOME: account.home, ...draft.env }).map(([name, value]) => `${name}=${value}`),
    cwd: draft.cwd,
    user: { uid: account.uid, gid: account.gid, additionalGids: account.additionalGids },
    capabilities: { bounding: capabilities, effective: held, permitted: held },
  };
}
