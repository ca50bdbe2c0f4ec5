/** Processes that belong to a container, by effects of kind `host.process`: started, watched and ended here. */
import { createHash } from 'node:crypto';
import { mkdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../../../hooks/defineHook.ts';
import { messageOf, PouchError } from '../../../hooks/errors.ts';
import { FileSafety } from '../../../hooks/FileSafety.ts';
import type { HostEffectArgs } from '../../../hooks/hostEffects.ts';
import { processDefaults } from '../../../hooks/hostProcess.ts';
import { isAlive } from '../../supervise/index.ts';
import { readPidFile } from '../../supervise/pidFile.ts';
import { onAbort } from '../../wait/onAbort.ts';
import { LimitedCgroup } from '../process/LimitedCgroup.ts';
import { unprivilegedUser } from '../process/launch.ts';
import type { Confinement } from '../process/places.ts';
import { scopedLog } from '../run/scopedLog.ts';
import { idsOfUser } from '../supervised/idsOfUser.ts';
import { ProcessFiles } from '../supervised/ProcessFiles.ts';
import { type SupervisedStatus, SupervisedProcess } from '../supervised/SupervisedProcess.ts';
import { processCommand } from './processCommand.ts';

/** Characters of an id that name its directory. */
const shortId = 12;

type Args = HostEffectArgs<'host.process'>;

/** The container and the key of an effect. */
interface Owner {
  readonly container: string;
  readonly key: string;
}

export interface HostProcessesOptions {
  /** Holds their files: `STATE/processes`. */
  readonly directory: string;
  readonly cgroupParent: string;
  readonly confinement: Confinement;
  readonly log: Logger;
  /** Undefined for a path that does not exist. Follows links. */
  look(path: string): Promise<{ kind: string; mode: number } | undefined>;
  netnsOf(container: string): string;
  /** The plugin that has planned an effect. */
  authorOf(owner: Owner): Promise<string | undefined>;
  emit(action: string, container: string, attributes: Record<string, string>): void;
}

export class HostProcesses {
  readonly #options: HostProcessesOptions;
  /** Begins the names of cgroups: other daemons have the same parent. */
  readonly #prefix: string;
  readonly #known = new Map<string, SupervisedProcess>();

  constructor(options: HostProcessesOptions) {
    this.#options = options;
    this.#prefix = hashOf(options.directory).slice(0, 8);
  }

  /** Looks at the host only. @throws what would keep it from starting */
  async check({ argv: [program = ''], user = unprivilegedUser, paths = {} }: Args): Promise<void> {
    const found = await this.#options.look(program);
    if (!found)
      throw failed(
        `${program} does not exist`,
        'install it, or have the plugin name another executable in `argv`',
      );
    const isFile = found.kind === 'file';
    if (!isFile || (found.mode & 0o111) === 0)
      throw failed(
        `${program} is not an executable file`,
        isFile ? `chmod a+x ${program}` : 'have the plugin name an executable in `argv`',
      );
    new FileSafety(program).check(program);
    for (const path of [...(paths.read ?? []), ...(paths.write ?? [])])
      if (!(await this.#options.look(path)))
        throw failed(`${path} of its \`paths\` does not exist`, 'create it, or have the plugin leave it out');
    await idsOfUser(user).catch(() => {
      throw failed(`the host has no user ${user}`, 'create it, or have the plugin name another one');
    });
  }

  /** Resolves when it is ready. */
  async start(args: Args, { signal, ...owner }: Owner & { signal: AbortSignal }): Promise<void> {
    const known = this.#known.get(idOf(owner.container, args));
    if (known?.status().phase === 'running') return;
    // An undo of it has failed.
    if (known) await this.stop(args, owner);
    await mkdir(this.#directoryOf(owner.container), { recursive: true, mode: 0o711 });
    const { process, hasAuthor } = this.#add(args, owner);
    await hasAuthor;
    signal.throwIfAborted();
    let stopped: Promise<void> | undefined;
    const unlisten = onAbort(signal, () => {
      stopped = process.stop();
      // It is awaited below, later than it may fail.
      stopped.catch(() => undefined);
    });
    try {
      await process.start();
      signal.throwIfAborted();
    } finally {
      unlisten();
      await stopped;
    }
  }

  /**
   * Watches what an earlier pouchd has started for a container that runs; what has ended is started again if its effect
   * says so. The caller has the lock of the container, and the first step is synchronous: a stop that follows finds it.
   */
  resume(args: Args, owner: Owner): void {
    const { log } = this.#options;
    const fail = (error: unknown) =>
      log.error('a process of a container could not be resumed', {
        ...owner,
        process: args.name,
        error: messageOf(error),
      });
    try {
      const { process } = this.#add(args, owner);
      const record = readPidFile(this.#filesOf(owner.container, args).pidFile);
      const isRunning = record !== undefined && isAlive(record);
      if (isRunning || args.onExit === 'restart') process.start().catch(fail);
      else this.#endedUnseen(args, owner, process);
    } catch (error) {
      fail(error);
    }
  }

  /** Ends it with all that it has started. Nothing if it was never started. @throws PCH_DEADLINE */
  async stop(args: Args, owner: Owner): Promise<void> {
    const id = idOf(owner.container, args);
    const process = this.#known.get(id) ?? this.#add(args, owner).process;
    await process.stop();
    this.#known.delete(id);
    // Fails while the container has others.
    await rmdir(this.#directoryOf(owner.container)).catch(() => undefined);
  }

  /** Leaves one running that was given up, and starts it no more. */
  forget(args: Args, container: string): void {
    this.#known.get(idOf(container, args))?.detach();
    this.#known.delete(idOf(container, args));
  }

  /** Undefined for one that is not applied. */
  statusOf(container: string, args: Args): SupervisedStatus | undefined {
    return this.#known.get(idOf(container, args))?.status();
  }

  /** Leaves all of them running. */
  detach(): void {
    for (const process of this.#known.values()) process.detach();
  }

  #endedUnseen(args: Args, { container, key }: Owner, process: SupervisedProcess): void {
    process.noteEnded();
    const { end = 'unknown' } = process.status();
    this.#options.emit('process_exited', container, {
      effect: key,
      process: args.name,
      how: `ended (${end})`,
    });
  }

  #add(args: Args, owner: Owner): { process: SupervisedProcess; hasAuthor: Promise<void> } {
    const scope: { container: string; plugin?: string } = { container: owner.container.slice(0, shortId) };
    const hasAuthor = this.#options.authorOf(owner).then((plugin) => {
      if (plugin !== undefined) scope.plugin = plugin;
    });
    hasAuthor.catch(() => undefined);
    const process = this.#newProcess(args, owner, scope);
    this.#known.set(idOf(owner.container, args), process);
    return { process, hasAuthor };
  }

  /** @param scope of entries of the log, known later */
  #newProcess(args: Args, { container, key }: Owner, scope: Record<string, unknown>): SupervisedProcess {
    const { confinement, emit, netnsOf, log } = this.#options;
    const {
      argv,
      name,
      user = unprivilegedUser,
      onExit = 'ignore',
      ready,
      readyWithinMs,
      stop,
      attempts,
    } = args;
    const files = this.#filesOf(container, args);
    const report = (action: string, attributes: Record<string, string>) =>
      emit(`process_${action}`, container, { effect: key, process: name, ...attributes });
    const process = new SupervisedProcess({
      noun: 'process',
      name,
      declaration: {
        command: argv,
        restart: onExit === 'restart' ? 'always' : 'never',
        ...(ready && { ready }),
        ...(stop && { stop }),
        ...(readyWithinMs !== undefined && { readyWithinMs }),
        ...(attempts !== undefined && { attempts }),
      },
      user,
      files,
      newCgroup: () => this.#newCgroup(container, args),
      launchWith: (procs) =>
        processCommand({ args, container, netns: netnsOf(container), files, confinement, procs }),
      isReported: true,
      log: scopedLog(log, scope),
      fingerprint: hashOf(JSON.stringify(args)),
      onFailed: (error) => {
        if (onExit === 'ignore') return;
        process.giveUp();
        report('failed', { error: error.message });
      },
      onEvent: report,
    });
    return process;
  }

  #newCgroup(container: string, { name, memory, pids, cpus }: Args): LimitedCgroup {
    const { cgroupParent: parent } = this.#options;
    const limits = {
      ...(memory !== undefined && { memory }),
      ...(pids !== undefined && { pids }),
      ...(cpus !== undefined && { cpus }),
    };
    const place = { parent, directory: 'processes', name: `${this.#prefix}-${container}.${name}` };
    const cgroup = new LimitedCgroup(place, limits, processDefaults);
    if (cgroup.procs.length > 0) return cgroup;
    throw failed(
      'no cgroup controller is mounted that could hold it',
      'mount pids or memory on /sys/fs/cgroup',
    );
  }

  #filesOf(container: string, { name }: Args): ProcessFiles {
    return new ProcessFiles(this.#directoryOf(container), name);
  }

  /** Short: the address of a Unix socket is at most 107 bytes long (unix(7)). */
  #directoryOf(container: string): string {
    return join(this.#options.directory, container.slice(0, shortId));
  }
}

function idOf(container: string, { name }: Args): string {
  return `${container}/${name}`;
}

function failed(problem: string, hint: string): PouchError {
  return new PouchError('PCH_EFFECT_FAILED', `the process cannot be started: ${problem}`, { hint });
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
