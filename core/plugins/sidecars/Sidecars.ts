import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { declarationOf, type Sidecar, type SidecarStatus } from '../../../hooks/contributions/sidecar.ts';
import type { Surface } from '../../../hooks/contributions/surface.ts';
import type { Logger } from '../../../hooks/defineHook.ts';
import type { DoctorReport, NewEvent } from '../../../hooks/engine.ts';
import { messageOf, type PouchError, toPouchError } from '../../../hooks/errors.ts';
import { isAlive } from '../../supervise/index.ts';
import { readPidFile } from '../../supervise/pidFile.ts';
import { waitUntil } from '../../wait/waitUntil.ts';
import type { Generation, OwnedSidecar, OwnedSurface } from '../generation.ts';
import { clearCgroups, LimitedCgroup } from '../process/LimitedCgroup.ts';
import type { Confinement } from '../process/places.ts';
import { scopedLog } from '../run/scopedLog.ts';
import { ProcessFiles, processesIn } from '../supervised/ProcessFiles.ts';
import { SupervisedProcess } from '../supervised/SupervisedProcess.ts';
import { sidecarCommand } from './sidecarCommand.ts';
import { rightsOf, type SidecarRights } from './sidecarRights.ts';

export interface SidecarsOptions {
  /** Holds their files: `STATE/sidecars`. */
  readonly directory: string;
  readonly cgroupParent: string;
  readonly confinement: Confinement;
  readonly log: Logger;
  emit(event: NewEvent): void;
}

interface Running {
  readonly plugin: string;
  readonly sidecar: Sidecar;
  readonly process: SupervisedProcess;
}

/** Milliseconds for a process of a plugin that is gone, before it is killed. */
const leftGraceMs = 3000;
/** Milliseconds that an end takes beside its grace. */
const endMarginMs = 12_000;

/** The sidecars that run. They come and go with their plugins as surfaces do, before the surfaces. */
export class Sidecars {
  readonly #options: SidecarsOptions;
  readonly #log: Logger;
  /** Of this pouchd: sidecars that are not kept do not outlive it. */
  readonly #daemon = randomUUID();
  /** Begins the names of its cgroups: other daemons have the same parent. */
  readonly #prefix: string;
  readonly #running = new Map<string, Running>();
  /** Why sidecars have failed that do not run since. */
  readonly #failed = new Map<string, { plugin: string; name: string; error: PouchError }>();
  #isEnding = false;
  #isCleared = false;

  constructor(options: SidecarsOptions) {
    this.#options = options;
    this.#log = options.log;
    this.#prefix = `${hashOf(options.directory).slice(0, 8)}-`;
  }

  /** The sidecars of a generation, as surfaces that a reload keeps while their declaration is the same. */
  surfacesOf({ sidecars }: Generation): OwnedSurface[] {
    return sidecars.map((owned) => {
      const { plugin, sidecar, entry, options } = owned;
      const { readyWithinMs = 10_000, stop: { graceMs = 3000 } = {} } = sidecar;
      return {
        plugin,
        options: {
          ...sidecar,
          entry,
          // Its other end is in the hands of a plugin that was set up with them.
          channel: sidecar.channel ? { options } : undefined,
        },
        surface: this.#surfaceOf(owned),
        isSidecar: true,
        startWithinMs: readyWithinMs + endMarginMs + graceMs,
        stopWithinMs: graceMs + endMarginMs,
      };
    });
  }

  /** From now on those that are kept are left running when they are stopped. */
  beginEnd(): void {
    this.#isEnding = true;
  }

  /** Ends kept sidecars of plugins that are gone. A plugin that cannot be loaded may be back soon. */
  async endOthers({ sidecars, plugins }: Generation): Promise<void> {
    if (plugins.some(({ state }) => state === 'quarantined')) return;
    const wanted = sidecars.map(({ plugin, sidecar }) => nameOf(plugin, sidecar));
    // Those that run are ended as surfaces.
    const known = new Set([...wanted, ...this.#running.keys()]);
    const others = processesIn(this.#options.directory).filter((name) => !known.has(name));
    await Promise.all(others.map((name) => this.#endLeft(name)));
    if (this.#isCleared) return;
    this.#isCleared = true;
    const isLeft = (cgroup: string) =>
      cgroup.startsWith(this.#prefix) && !known.has(cgroup.slice(this.#prefix.length));
    const { cgroupParent: parent } = this.#options;
    await clearCgroups({ parent, directory: 'sidecars' }, isLeft);
  }

  statusOf(plugin: string): SidecarStatus[] {
    const own = [...this.#running.values()].filter((one) => one.plugin === plugin);
    return own.map(({ sidecar: { name, doc, keep = false }, process }) => ({
      name,
      doc,
      keep,
      ...process.status(),
    }));
  }

  all(): { plugin: string; status: SidecarStatus }[] {
    const plugins = [...new Set([...this.#running.values()].map(({ plugin }) => plugin))];
    return plugins.flatMap((plugin) => this.statusOf(plugin).map((status) => ({ plugin, status })));
  }

  /** For `pouch doctor`. */
  reports(): DoctorReport[] {
    const running = this.all().map(({ plugin, status }) => reportOf(plugin, status));
    const failed = [...this.#failed.values()].map(({ plugin, name, error: { message, hint } }) => ({
      plugin,
      name: `sidecar ${name}`,
      ok: false,
      found: message,
      fix: hint ?? `\`pouch plugin logs ${plugin}\` has its output`,
    }));
    return [...running, ...failed];
  }

  #surfaceOf(owned: OwnedSidecar): Surface {
    const { plugin, sidecar } = owned;
    const name = nameOf(plugin, sidecar);
    return {
      name: `sidecar ${sidecar.name}`,
      reload: 'keep',
      first: true,
      start: async (_engine, failed) => {
        this.#failed.delete(name);
        const fail = (error: unknown) => {
          this.#failed.set(name, { plugin, name: sidecar.name, error: toPouchError(error) });
          failed(error);
        };
        try {
          const process = this.#newProcess(owned, fail);
          this.#running.set(name, { plugin, sidecar, process });
          await process.start();
        } catch (error) {
          if (!this.#isEnding)
            this.#failed.set(name, { plugin, name: sidecar.name, error: toPouchError(error) });
          throw error;
        }
      },
      stop: async () => {
        const running = this.#running.get(name);
        this.#running.delete(name);
        if (this.#isEnding && sidecar.keep) running?.process.detach();
        else await running?.process.stop();
      },
    };
  }

  #newProcess(
    { plugin, sidecar, entry }: OwnedSidecar,
    onFailed: (error: unknown) => void,
  ): SupervisedProcess {
    const { directory, emit, confinement } = this.#options;
    mkdirSync(directory, { recursive: true, mode: 0o711 });
    const rights = rightsOf(plugin, sidecar, entry);
    const { isFound = false, isOptional = false, channel } = sidecar;
    const name = nameOf(plugin, sidecar);
    const files = new ProcessFiles(directory, name);
    const report = (action: string, attributes: Record<string, string>) =>
      emit({
        type: 'daemon',
        action: `sidecar_${action}`,
        id: plugin,
        attributes: { name: plugin, sidecar: sidecar.name, ...attributes },
      });
    return new SupervisedProcess({
      noun: 'sidecar',
      name: sidecar.name,
      declaration: sidecar,
      isFound,
      isOptional,
      channel: channel && ((socket) => channel(socket)),
      user: rights.user,
      files,
      newCgroup: () => new LimitedCgroup(this.#cgroupOf(name), rights.limits),
      launchWith: (procs) =>
        sidecarCommand({ sidecar, rights, runtime: files.runtime, confinement, path: entry.path, procs }),
      log: scopedLog(this.#log, { plugin }),
      fingerprint: this.#fingerprint(sidecar, rights),
      onFailed: (error) => {
        report('failed', { error: error.message });
        onFailed(error);
      },
      onEvent: report,
    });
  }

  #fingerprint(sidecar: Sidecar, rights: SidecarRights): string {
    const declared = hashOf(JSON.stringify([declarationOf(sidecar), rights]));
    return sidecar.keep ? declared : `${declared} ${this.#daemon}`;
  }

  #cgroupOf(name: string) {
    return { parent: this.#options.cgroupParent, directory: 'sidecars', name: `${this.#prefix}${name}` };
  }

  async #endLeft(name: string): Promise<void> {
    try {
      const files = new ProcessFiles(this.#options.directory, name);
      const cgroup = new LimitedCgroup(this.#cgroupOf(name), {});
      const leader = readPidFile(files.pidFile);
      cgroup.signal('SIGTERM');
      if (leader) await waitUntil(() => !isAlive(leader), { withinMs: leftGraceMs });
      await cgroup.kill();
      await files.remove();
      await cgroup.remove();
      this.#log.info('ended a sidecar of a plugin that is gone', { sidecar: name });
    } catch (error) {
      this.#log.warn('a sidecar of a plugin that is gone did not end', {
        sidecar: name,
        error: messageOf(error),
      });
    }
  }
}

function reportOf(plugin: string, status: SidecarStatus): DoctorReport {
  const { name, phase, pid, restarts, lastError, adopted } = status;
  const ok = phase === 'running' || (phase === 'ended' && lastError === undefined);
  const since = adopted ? ', adopted from an earlier pouchd' : '';
  const again = restarts === 0 ? '' : `, restarts: ${restarts}`;
  const last = lastError === undefined ? '' : `; last failure: ${lastError}`;
  const found = `${phase}${pid === undefined ? '' : ` (pid ${pid})`}${since}${again}${last}`;
  return {
    plugin,
    name: `sidecar ${name}`,
    ok,
    found,
    ...(!ok && { fix: `\`pouch plugin logs ${plugin}\` has its output` }),
  };
}

/** A plugin's name has no dot. */
function nameOf(plugin: string, { name }: Sidecar): string {
  return `${plugin}.${name}`;
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
