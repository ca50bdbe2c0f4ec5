/** Creates a container from a bundle; its init then waits to execute the user's program. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { applyResources } from '../cgroup/apply.ts';
import { prepareParents } from '../cgroup/parents.ts';
import { cgroupPath } from '../cgroup/path.ts';
import { clearCgroup } from '../cgroup/remove.ts';
import { beginMoves } from '../cgroup/warmUp.ts';
import type { Context } from '../cli/context.ts';
import { RunlxcError } from '../cli/error.ts';
import { runHooks, runHooksAnyway } from '../hooks/run.ts';
import { sendGo } from '../monitor/channel.ts';
import { compileSeccomp } from '../monitor/seccomp.ts';
import { type NativeProcess, startMonitor } from '../monitor/start.ts';
import { loadSpec } from '../spec/load.ts';
import type { Spec } from '../spec/types.ts';
import { childOf, type ProcessRef, processRef } from '../state/process.ts';
import { ociState } from '../state/status.ts';
import { checkId, keepSpec, reserve, type State, writeAtomically, writeState } from '../state/store.ts';
import type { Container } from '../translate/container.ts';
import { containerPlans, stages } from '../translate/containerPlans.ts';
import { lxcConfig } from '../translate/lxcConfig.ts';
import { destroy } from './destroy.ts';

export interface NewContainer {
  id: string;
  bundle: string;
  /** The bundle's specification, if it has already been read. */
  spec?: Spec;
  pidFile?: string | undefined;
  consoleSocket?: string | undefined;
  preserveFds: number;
  keepsKeyring: boolean;
}

export interface Created {
  state: State;
  spec: Spec;
  dir: string;
  monitor: NativeProcess;
}

/** @throws RunlxcError after removing everything of the container */
export async function createContainer(context: Context, wanted: NewContainer): Promise<Created> {
  checkId(wanted.id);
  beginMoves(context.layout);
  const bundle = resolve(wanted.bundle);
  const spec = wanted.spec ?? loadSpec(bundle);
  checkTerminal(spec, wanted);
  const cgroup = cgroupPath(spec.linux?.cgroupsPath, wanted.id, context.systemdCgroup);
  const dir = reserve(context.root, wanted.id);
  const state = newState(wanted.id, { spec, bundle, cgroup });
  try {
    writeState(dir, state);
    keepSpec(bundle, dir);
    return await make(context, wanted, { spec, dir, state });
  } catch (error) {
    await destroy(context, { dir, state });
    // Hooks remove what hooks have created for the failed container (runtime.md#lifecycle).
    if (state.init)
      await runHooksAnyway(spec, 'poststop', { state: ociState(state, 'stopped'), warn: context.log.warn });
    throw error;
  }
}

function checkTerminal(spec: Spec, { consoleSocket }: NewContainer): void {
  const { terminal = false } = spec.process ?? {};
  if (terminal && consoleSocket === undefined)
    throw new RunlxcError('cannot allocate tty if runlxc will detach without setting console socket');
  if (!terminal && consoleSocket !== undefined)
    throw new RunlxcError('cannot use console socket if runlxc will not detach or allocate tty');
}

function newState(
  id: string,
  { spec, bundle, cgroup }: { spec: Spec; bundle: string; cgroup: string },
): State {
  return {
    id,
    ociVersion: spec.ociVersion,
    bundle,
    rootfs: resolve(bundle, spec.root?.path ?? ''),
    created: new Date().toISOString(),
    annotations: spec.annotations ?? {},
    cgroup,
    creator: processRef(process.pid) ?? { pid: process.pid, start: '' },
    isCreated: false,
  };
}

interface Begun {
  spec: Spec;
  dir: string;
  state: State;
}

async function make(context: Context, wanted: NewContainer, { spec, dir, state }: Begun): Promise<Created> {
  const container = toContainer(context, wanted, { spec, dir, state });
  await clearCgroup(context.layout, state.cgroup);
  const parents = prepareParents(context.layout, state.cgroup);
  // In parallel to the start of the namespaces: the filter is needed last.
  const compiling = spec.linux?.seccomp ? compileSeccomp(spec.linux.seccomp, dir) : undefined;
  compiling?.catch(() => undefined);
  writePlans(container, parents, context.log.warn);
  const monitor = startMonitor('run', join(dir, 'monitor.plan'), {
    preservedFds: container.preserveFds,
    hasTerminal: spec.process?.terminal ?? false,
  });
  const monitorRef = processRef(monitor.pid);
  if (monitorRef) writeState(dir, Object.assign(state, { monitor: monitorRef }));

  await expectReport(monitor, stages.mounted, dir);
  await compiling;
  state.init = initOf(monitor.pid);
  writeState(dir, state);
  if (spec.linux?.resources) applyResources(context.layout, state.cgroup, spec.linux.resources);
  const creating = ociState(state, 'creating');
  await runHooks(spec, 'prestart', creating);
  await runHooks(spec, 'createRuntime', creating);
  sendGo(join(dir, 'go'), creating);
  if (spec.process) await expectReport(monitor, stages.created, dir);

  state.isCreated = true;
  writeState(dir, state);
  // The monitor's pid: engines that wait for it see the exit of the container.
  if (wanted.pidFile !== undefined) writeAtomically(wanted.pidFile, String(monitor.pid));
  return { state, spec, dir, monitor };
}

function toContainer(context: Context, wanted: NewContainer, { spec, dir, state }: Begun): Container {
  const listenFds = Number(process.env['LISTEN_FDS'] ?? 0);
  return {
    id: wanted.id,
    spec,
    dir,
    bundle: state.bundle,
    cgroup: state.cgroup,
    cgroups: context.layout,
    consoleSocket: wanted.consoleSocket,
    preserveFds: wanted.preserveFds + listenFds,
    listenFds,
    keepsKeyring: wanted.keepsKeyring,
    debug: context.debug,
  };
}

function writePlans(container: Container, parents: readonly string[], warn: (text: string) => void): void {
  const { dir } = container;
  const plans = containerPlans(container, parents, warn);
  const write = (name: string, text: string) => {
    writeFileSync(join(dir, name), text, { mode: 0o600 });
  };
  write('lxc.conf', lxcConfig(container, parents));
  write('init.plan', plans.init.encode());
  write('monitor.plan', plans.monitor.encode());
}

function initOf(monitor: number): ProcessRef {
  const pid = childOf(monitor);
  const ref = pid === undefined ? undefined : processRef(pid);
  if (!ref) throw new RunlxcError('unable to start container process: the init has exited');
  return ref;
}

/** Uses runc's words, which tools parse. */
async function expectReport(monitor: NativeProcess, stage: string, dir: string): Promise<void> {
  const before = 'unable to start container process: ';
  const died = monitor.ended.then(() => undefined);
  const report = await Promise.race([monitor.reports.next(), died]).catch((error: unknown) => {
    throw new RunlxcError(before + (error as Error).message, { cause: error });
  });
  // The exit of the monitor may be seen before its last report.
  const last = report ?? (await lastWords(monitor, before));
  if (last !== stage)
    throw new RunlxcError(`${before}${lxcErrors(dir) || 'the container exited while it was created'}`);
}

function lastWords(monitor: NativeProcess, before: string): Promise<string | undefined> {
  return monitor.reports.next().catch((error: unknown) => {
    throw new RunlxcError(before + (error as Error).message, { cause: error });
  });
}

/** Returns errors of LXC, which it reports only in its log. */
function lxcErrors(dir: string): string {
  try {
    const lines = readFileSync(join(dir, 'lxc.log'), 'utf8').split('\n');
    const errors = lines.flatMap((line) => / ERROR .* - (.*)$/.exec(line)?.[1] ?? []);
    return errors.length > 0 ? `LXC: ${errors.slice(0, 3).join('; ')}` : '';
  } catch {
    return '';
  }
}
