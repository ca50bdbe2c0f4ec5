import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { commandTree } from '../../cli/commandTree.ts';
import {
  changedFile,
  digestOfFiles,
  loadAtStart,
  type LoadedConfig,
  loadConfig,
  type LoadOptions,
  lostError,
  mainFile,
  printConfig,
} from '../../config/index.ts';
import { Daemon } from '../../core/Daemon.ts';
import { replay } from './replay.ts';
import { closeOnExec } from '../../core/host/closeOnExec.ts';
import { lockExclusively } from '../../core/host/exclusive.ts';
import { type InheritedSocket, inheritedSockets } from '../../core/host/inheritedSockets.ts';
import { openFilesLimit } from '../../core/host/openFiles.ts';
import { StderrLog } from '../../core/StderrLog.ts';
import { version } from '../../core/version.ts';
import type { LostFile } from '../../hooks/appliedFile.ts';
import { PouchError, toPouchError } from '../../hooks/errors.ts';
import { builtIns } from '../../plugins/builtIns.ts';
import { check, checkOne } from './check.ts';
import { failpoint } from './failpoint.ts';
import { forbidExit } from './forbidExit.ts';
import { type DaemonFlags, overrides, parseFlags, usage } from './options.ts';
import { fieldsOf, reloadOn } from './reload.ts';
import { ServiceManager } from './ServiceManager.ts';
import { watchFiles } from './watchFiles.ts';

interface Entry {
  /** argv that starts the log keeper. */
  keeperCommand: readonly string[];
  /** argv that starts the resolver of containers. */
  resolverCommand: readonly string[];
  /** argv that starts a file worker, without the state directory. */
  filesCommand: readonly string[];
  /** argv that starts a trial of plugin files, without the files. */
  trialCommand: readonly string[];
  /** argv that starts the host of a plugin's module. */
  hostCommand: readonly string[];
  /** Path of the program that holds the consoles of rich containers. */
  consoleProgram: string;
  /** Path of the program that copies between ports of the host and containers. */
  proxyProgram: string;
  /** Path of the program that replaces device rules in cgroup v2. */
  devicesProgram: string;
  /** Path of the process of a build's container. */
  pauseProgram: string;
  /** Path of the program that confines plugins. */
  confineProgram: string;
}

/** Of `pouch`. */
const commandNames = ['help', ...commandTree.flatMap(({ name, aliases = [] }) => [name, ...aliases])];

/** An idle daemon has 28 files open; a container takes two, and 15 more briefly while it starts. */
const fewestFiles = 128;
/** Enough for many containers and clients that follow them. */
const fewFiles = 4096;
/** LimitNOFILE in scripts/pouchd.service. */
const recommendedFiles = 1_048_576;

/** Runs pouchd and returns its exit code. */
export async function runDaemon(args: string[], entry: Entry): Promise<number> {
  try {
    const flags = parseFlags(args);
    return (await onlyPrints(flags, entry)) ?? (await serve(flags, entry));
  } catch (error) {
    const { message, hint, code } = toPouchError(error);
    process.stderr.write(`pouchd: ${message}\n${hint ? `hint: ${hint}\n` : ''}(${code})\n`);
    return 1;
  }
}

/** Returns the exit code of a call that only prints; undefined for one that serves. */
async function onlyPrints(
  flags: DaemonFlags,
  { trialCommand, hostCommand, confineProgram }: Entry,
): Promise<number | undefined> {
  if (flags.help) return print(usage);
  if (flags.version) return print(`pouchd ${version}\n`);
  const plugin = flags['check-plugin'];
  if (flags['check-config'] || plugin !== undefined) {
    closeOnExec();
    const commands = { trialCommand, hostCommand, confineProgram };
    const { output, exitCode } =
      plugin === undefined
        ? await check(source(flags), commands)
        : await checkOne(plugin, source(flags), commands, flags.format);
    // A plugin file may have started something.
    process.exit(print(output, exitCode));
  }
  if (flags.replay !== undefined) {
    const { output, exitCode } = await replay(flags.replay, flags.plugin ?? []);
    process.exit(print(output, exitCode));
  }
  if (!flags['print-config']) return undefined;
  const loaded = loadConfig(source(flags));
  if (loaded.lost) noteLost(loaded.lost);
  return print(
    printConfig(loaded, flags.format === 'json' ? 'json' : 'yaml', {
      origins: !flags['no-origins'],
    }),
  );
}

/** @throws PCH_CONFIG_UNREADABLE unless the file is damaged: then its declarations are in force nowhere */
function noteLost(lost: LostFile): void {
  const error = lostError(lost);
  if (!lost.isDamaged) throw error;
  const { message, hint } = error;
  process.stderr.write(`pouchd: declarations are missing here: ${message}\nhint: ${hint}\n`);
}

function print(text: string, exitCode = 0): number {
  process.stdout.write(text);
  return exitCode;
}

function source(flags: DaemonFlags): LoadOptions {
  return {
    ...(flags.config !== undefined && { file: flags.config }),
    env: process.env,
    flags: overrides(flags),
  };
}

async function serve(flags: DaemonFlags, entry: Entry): Promise<number> {
  checkRoot();
  checkOpenFiles();
  closeOnExec();
  const { loaded, broken } = loadAtStart(source(flags));
  const log = new StderrLog(loaded.config.log);
  const { unread } = loaded;
  if (broken) log.error('the files have mistakes: those that were last in force are used', fieldsOf(broken));
  if (unread.length > 0) log.error('credentials are missing: they cannot be read', { unread });
  for (const warning of loaded.warnings) log.warn(warning);
  const inherited = inheritedSockets();
  warnOfUnserved(inherited, loaded, log);
  holdRoot(loaded);
  logUncaught(log);
  forbidExit();
  warnOfLowFileLimit(log);
  const ended = signalled();
  const service = new ServiceManager({ log, env: process.env });
  service.startWatchdog();
  const onStep = failpoint(process.env['POUCHD_FAILPOINT']);
  const reread = (inForce: LoadedConfig, applied?: LoadOptions['applied']) =>
    loadConfig({ ...source(flags), inForce, ...(applied !== undefined && { applied }) });
  const daemon = new Daemon({
    loaded,
    mainFile: mainFile(source(flags)),
    filesProblem: [...(broken ? [broken.message] : []), ...unread].join('\n') || undefined,
    reread,
    filesDigest: () => digestOfFiles(source(flags)),
    change: (changes, inForce) => changedFile({ ...source(flags), inForce }, changes),
    log,
    builtIns,
    commands: commandNames,
    inherited,
    ...entry,
    ...(onStep && { onStep }),
  });
  const started = performance.now();
  const starting = startOrAbandon(daemon, log);
  reloadOn('SIGHUP', { daemon, log, started: starting, service });
  const endWatch = watchFiles({ daemon, log, started: starting, main: mainFile(source(flags)) });
  const isReady = await Promise.race([starting.then(() => true), ended.then(() => false)]);
  if (isReady) {
    const ms = Math.round(performance.now() - started);
    log.info('ready', { version, ms, listen: loaded.config.listen.map(({ url }) => url) });
    await Promise.race([service.readyAfter((report) => daemon.settled(report)), ended]);
  }
  const signal = await ended;
  log.info('stopping; containers keep running', { signal });
  service.stopping();
  endWatch();
  killAtLimit(daemon, log);
  await daemon.stop(signal);
  return 0;
}

/**
 * Kills a daemon that does not stop in time. process.exit() would wait for Node's threads, and a thread in a hanging
 * system call never ends.
 */
function killAtLimit(daemon: Daemon, log: StderrLog): void {
  const limitMs = daemon.stopLimit;
  const kill = () => {
    log.error('killed: not stopped in time', { ms: limitMs, ...daemon.pending() });
    process.kill(process.pid, 'SIGKILL');
  };
  setTimeout(kill, limitMs).unref();
}

async function startOrAbandon(daemon: Daemon, log: StderrLog): Promise<void> {
  try {
    await daemon.start();
  } catch (error) {
    if (daemon.isStopping) return;
    await daemon
      .abandon()
      .catch((problem: unknown) => log.warn('clean-up after a failed start failed', { problem }));
    throw error;
  }
}

function checkRoot(): void {
  if (process.getuid?.() === 0) return;
  throw new PouchError('PCH_NOT_ROOT', 'pouchd creates namespaces and mounts: it must run as root', {
    hint: 'start it with systemctl or sudo',
  });
}

function checkOpenFiles(): void {
  const limit = openFilesLimit();
  if (limit >= fewestFiles) return;
  const problem = `expected a limit of at least ${fewestFiles} open files, found ${limit}`;
  throw new PouchError('PCH_TOO_MANY_FILES', problem, {
    hint: `raise LimitNOFILE in its systemd unit, or ulimit -n; ${recommendedFiles} is recommended`,
  });
}

function holdRoot({ config }: LoadedConfig): void {
  mkdirSync(config.root, { recursive: true, mode: 0o711 });
  lockExclusively(join(config.root, 'pouchd.lock'), `the root ${config.root}`);
}

/** Clients of such a socket would wait without end. */
function warnOfUnserved(
  inherited: readonly InheritedSocket[],
  { config }: LoadedConfig,
  log: StderrLog,
): void {
  for (const { fd, url = `descriptor ${fd}` } of inherited)
    if (!config.listen.some((address) => address.url === url))
      log.warn('systemd passes a socket that `listen` does not name: stop its unit, or add the address', {
        url,
      });
}

/** An unhandled rejection in a plugin must not end the daemon. */
function logUncaught(log: StderrLog): void {
  const report = (kind: string) => (error: unknown) => {
    log.error(kind, { error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  };
  process.on('unhandledRejection', report('unhandled rejection'));
  process.on('uncaughtException', report('uncaught exception'));
}

/** Node raises its soft limit to the hard limit itself (PlatformInit in src/node.cc). */
function warnOfLowFileLimit(log: StderrLog): void {
  const limit = openFilesLimit();
  if (limit >= fewFiles) return;
  log.warn('low limit of open files: calls beyond it fail with PCH_TOO_MANY_FILES; raise LimitNOFILE', {
    limit,
    recommended: recommendedFiles,
  });
}

function signalled(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => resolve(signal));
  });
}
