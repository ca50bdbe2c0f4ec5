import { type Call, type Command, flag, isSet, list, string, strings, text } from '../cli/command.ts';
import { RunlxcError } from '../cli/error.ts';
import { parseSubCgroups } from '../cgroup/placement.ts';
import { count } from '../cli/numbers.ts';
import { execInContainer, type ExecOptions } from '../container/exec.ts';
import { withTerminal } from '../container/terminal.ts';
import { loadProcess } from '../spec/load.ts';
import type { Process, Spec } from '../spec/types.ts';
import { checkProcessFields } from '../spec/validate.ts';
import { containerDir, keptSpec, readState } from '../state/store.ts';
import { capabilityName } from '../translate/capabilities.ts';

export const exec: Command = {
  usage: '[options] CONTAINER COMMAND [ARGUMENT…] | --process FILE CONTAINER',
  options: {
    process: { ...text, short: 'p' },
    detach: { ...flag, short: 'd' },
    'pid-file': text,
    'console-socket': text,
    tty: { ...flag, short: 't' },
    cwd: text,
    env: { ...list, short: 'e' },
    user: { ...text, short: 'u' },
    'additional-gids': { ...list, short: 'g' },
    cap: { ...list, short: 'c' },
    'no-new-privs': flag,
    'preserve-fds': text,
    'ignore-paused': flag,
    cgroup: list,
    apparmor: text,
    'process-label': text,
  },
  arguments: { min: 1, max: Infinity },
  async run(call) {
    const { context, values, positionals } = call;
    const [id = '', ...args] = positionals;
    const state = readState(context.root, id);
    const dir = containerDir(context.root, id);
    const spec = keptSpec(dir);
    const options = execOptions(call, processOf(values, args, spec));
    const execute = (consoleSocket: string | undefined) =>
      execInContainer(context, { state, spec, dir }, { ...options, consoleSocket });
    if (!options.process.terminal || options.consoleSocket !== undefined)
      return await execute(options.consoleSocket);
    if (options.detach)
      throw new RunlxcError('cannot allocate tty if runlxc will detach without setting console socket');
    return await withTerminal(execute);
  },
};

function execOptions({ values }: Call, process: Process): ExecOptions {
  return {
    process,
    detach: isSet(values, 'detach'),
    pidFile: string(values, 'pid-file'),
    consoleSocket: string(values, 'console-socket'),
    preserveFds: count(string(values, 'preserve-fds') ?? '0', '--preserve-fds'),
    ignoresPaused: isSet(values, 'ignore-paused'),
    cgroups: parseSubCgroups(strings(values, 'cgroup')),
  };
}

function processOf(values: Call['values'], args: string[], spec: Spec): Process {
  const file = string(values, 'process');
  const process = file === undefined ? fromOptions(values, args, spec) : loadProcess(file);
  checkProcessFields(process, 'process');
  return process;
}

/** Returns the container's process with the given command and options. */
function fromOptions(values: Call['values'], args: string[], { process }: Spec): Process {
  if (args.length === 0) throw new RunlxcError('process args cannot be empty');
  const base: Process = { ...(process ?? { cwd: '/' }), args };
  base.terminal = isSet(values, 'tty');
  base.cwd = string(values, 'cwd') ?? base.cwd;
  base.env = [...(base.env ?? []), ...strings(values, 'env')];
  base.apparmorProfile = string(values, 'apparmor') ?? base.apparmorProfile ?? '';
  base.selinuxLabel = string(values, 'process-label') ?? base.selinuxLabel ?? '';
  if (isSet(values, 'no-new-privs')) base.noNewPrivileges = true;
  const groups = strings(values, 'additional-gids').map((gid) => count(gid, '--additional-gids'));
  base.user = { ...base.user, ...userOf(string(values, 'user')) };
  if (groups.length > 0) base.user.additionalGids = [...(base.user.additionalGids ?? []), ...groups];
  addCapabilities(base, strings(values, 'cap').map(capabilityName));
  return base;
}

function userOf(user: string | undefined): { uid?: number; gid?: number } {
  if (user === undefined) return {};
  const [uid = '', gid] = user.split(':');
  return { uid: count(uid, '--user'), ...(gid !== undefined && { gid: count(gid, '--user') }) };
}

function addCapabilities(process: Process, names: string[]): void {
  if (names.length === 0) return;
  const sets = process.capabilities ?? {};
  const withNames = (set: string[] = []) => [...new Set([...set, ...names])];
  process.capabilities = {
    ...sets,
    bounding: withNames(sets.bounding),
    effective: withNames(sets.effective),
    permitted: withNames(sets.permitted),
  };
}
