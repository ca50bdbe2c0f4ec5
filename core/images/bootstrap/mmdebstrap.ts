import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { PouchError } from '../../../hooks/errors.ts';
import { findBinary } from '../../../hooks/runtimes/findBinary.ts';
import { signalGroup } from '../../supervise/signalGroup.ts';
import { startDeadline } from '../../wait/deadline.ts';
import { customizeScript } from './customize.ts';
import { findPackagesScript } from './findPackages.ts';
import type { BootstrapOptions } from './options.ts';
import { hostSources } from './aptSources.ts';

/** Milliseconds, for a slow mirror and a slow disk. */
const deadlineMs = 30 * 60_000;

/** Milliseconds for mmdebstrap to clean up after SIGTERM. */
const graceMs = 10_000;

/**
 * All that mmdebstrap starts ends with pouchd, and so do its mounts: the kernel kills a PID namespace whose first
 * process has ended (pid_namespaces(7)).
 */
const namespaced = [
  ...['setpriv', '--pdeathsig', 'KILL', '--'],
  ...['unshare', '--mount', '--pid', '--kill-child', '--mount-proc', '--', 'mmdebstrap'],
] as const;

/**
 * Hooks of mmdebstrap that link /bin, /lib and /sbin to /usr at first, where the release wants that. Without them, apt
 * installs usrmerge and 50 MB of perl to move the files afterwards.
 */
const mergedUsrHooks = '/usr/share/mmdebstrap/hooks/maybe-merged-usr';

/** Lines of output that an error message quotes. */
const quotedLines = 3;

export interface Run {
  options: BootstrapOptions;
  /** Seconds since the epoch. No file in the tar is newer, so that the same packages give the same tar. */
  sourceDateEpoch: number;
  onLine: (line: string) => void;
  signal: AbortSignal;
  /** Gets a directory for the files of the image, some 500 MB, until its tar is complete. */
  directory: string;
  /** Default: mmdebstrap in the PATH, in namespaces of its own. */
  command?: readonly [string, ...string[]];
}

/**
 * Runs mmdebstrap and passes its tar to `consume` while it runs. The result of `consume` must not be used before this
 * resolves: only the exit code shows whether the tar is complete.
 * @throws PCH_TOOL_MISSING, PCH_BOOTSTRAP_FAILED, PCH_DISK_FULL, PCH_DEADLINE
 */
export async function mmdebstrap<T>(run: Run, consume: (tar: Readable) => Promise<T>): Promise<T> {
  const { command = namespaced } = run;
  if ((await findBinary(command.at(-1)!)) === undefined) throw missing();
  await mkdir(run.directory, { recursive: true, mode: 0o711 });
  const directory = await mkdtemp(join(run.directory, 'image-'));
  const hookOf = async (stage: 'setup' | 'customize', script: string) => {
    const path = join(directory, stage);
    await writeFile(path, script, { mode: 0o700 });
    return `--${stage}-hook=${path}`;
  };
  try {
    const { include } = run.options;
    const hooks = [
      ...(existsSync(mergedUsrHooks) ? [`--hook-dir=${mergedUsrHooks}`] : []),
      ...(include.length > 0 ? [await hookOf('setup', findPackagesScript(include))] : []),
      await hookOf('customize', customizeScript),
    ];
    const child = start(directory, [...hooks, ...(await argumentsOf(run.options))], run);
    return await supervise(child, run, consume);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function argumentsOf({ suite, include, mirror }: BootstrapOptions): Promise<string[]> {
  const sources = mirror === undefined ? await hostSources(suite) : [mirror];
  return [
    '--variant=minbase',
    '--mode=root',
    '--format=tar',
    ...(include.length > 0 ? [`--include=${include.join(',')}`] : []),
    suite,
    '-',
    ...sources,
  ];
}

/** Starts mmdebstrap in a new process group, so that its apt and dpkg can be ended with it. */
function start(
  directory: string,
  args: readonly string[],
  { sourceDateEpoch, command: [file, ...before] = namespaced }: Run,
): ChildProcess {
  const env = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    LC_ALL: 'C.UTF-8',
    TMPDIR: directory,
    SOURCE_DATE_EPOCH: String(sourceDateEpoch),
    ...proxies(),
  };
  return spawn(file, [...before, ...args], {
    detached: true,
    env,
    cwd: '/',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function proxies(): Record<string, string> {
  const names = ['http_proxy', 'https_proxy', 'no_proxy'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

async function supervise<T>(
  child: ChildProcess,
  { signal, onLine, directory }: Run,
  consume: (tar: Readable) => Promise<T>,
): Promise<T> {
  const ended = exitOf(child);
  // Without free descriptors for the pipes (EMFILE) the child has no streams, and rejects.
  if (child.pid === undefined) await ended;
  const deadline = startDeadline({ ms: deadlineMs, late: tooSlow, signal });
  const stop = deadline.signal;
  const lines = collectLines(child.stderr as Readable, onLine);
  const onAbort = () => endGroup(child, ended);
  stop.addEventListener('abort', onAbort, { once: true });
  if (stop.aborted) onAbort();
  const consumed = consume(child.stdout as Readable);
  try {
    const [exitCode] = await Promise.all([ended, consumed.catch(() => endGroup(child, ended))]);
    stop.throwIfAborted();
    if (exitCode !== 0) {
      // If the consumer's own error (a full disk) ended the process, it is the reason.
      await consumed;
      throw failed(exitCode, lines, directory);
    }
    return await consumed;
  } finally {
    deadline.clear();
    consumed.catch(() => undefined);
  }
}

function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? -1));
  });
}

/** Sends SIGTERM, so that mmdebstrap cleans up, then SIGKILL. */
function endGroup(child: ChildProcess, ended: Promise<unknown>): void {
  killGroup(child, 'SIGTERM');
  const timer = setTimeout(() => killGroup(child, 'SIGKILL'), graceMs);
  const cancel = () => clearTimeout(timer);
  ended.then(cancel, cancel);
  child.stdout?.destroy();
}

function killGroup({ pid, exitCode, signalCode }: ChildProcess, how: NodeJS.Signals): void {
  if (exitCode === null && signalCode === null) signalGroup(pid, how);
}

function collectLines(stderr: Readable, onLine: (line: string) => void): string[] {
  const last: string[] = [];
  createInterface({ input: stderr }).on('line', (line) => {
    last.push(line.slice(0, 500));
    if (last.length > 50) last.shift();
    if (line.startsWith('I: ')) onLine(line.slice(3));
  });
  return last;
}

function failed(exitCode: number, lines: readonly string[], directory: string): PouchError {
  const errors = lines.filter((line) => /^(E|W): |error/i.test(line));
  const quoted = (errors.length > 0 ? errors : lines).slice(-quotedLines).join(' | ');
  if (lines.some((line) => /no space left on device/i.test(line))) {
    return new PouchError('PCH_DISK_FULL', `no space left for mmdebstrap in ${directory}: ${quoted}`, {
      hint: 'free about 500 MB there, or enlarge the disk',
    });
  }
  return new PouchError('PCH_BOOTSTRAP_FAILED', `mmdebstrap failed with exit code ${exitCode}: ${quoted}`, {
    hint: 'check the names of the suite and the packages, and that the mirror is reachable (apt-get update)',
  });
}

function missing(): PouchError {
  return new PouchError(
    'PCH_TOOL_MISSING',
    'mmdebstrap, which builds images from packages, is not installed',
    {
      hint: 'install it: apt-get install mmdebstrap',
    },
  );
}

function tooSlow(): PouchError {
  return new PouchError('PCH_DEADLINE', `mmdebstrap did not finish within ${deadlineMs / 60_000} minutes`, {
    hint: 'use a faster mirror or fewer packages',
  });
}
