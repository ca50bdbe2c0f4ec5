/** Runs another process in a running container. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processFiles, type SubCgroups } from '../cgroup/placement.ts';
import { beginMoves } from '../cgroup/warmUp.ts';
import type { Context } from '../cli/context.ts';
import { RunlxcError, unsupported } from '../cli/error.ts';
import { initPath } from '../monitor/programs.ts';
import { type NativeProcess, startMonitor } from '../monitor/start.ts';
import type { Process, Spec } from '../spec/types.ts';
import { processRef } from '../state/process.ts';
import { statusOf } from '../state/status.ts';
import { type State, writeAtomically } from '../state/store.ts';
import { isUserNamespaced, lxcName, lxcPath, newPlans, type Plans } from '../translate/container.ts';
import { addTerminal } from '../translate/containerPlans.ts';
import { addLookups, addProcess } from '../translate/process.ts';
import { rlimitNumber } from '../translate/rlimits.ts';
import { needsListener } from '../translate/seccomp.ts';
import { forwardSignals } from './forward.ts';

export interface ExecOptions {
  process: Process;
  detach: boolean;
  pidFile?: string | undefined;
  consoleSocket?: string | undefined;
  preserveFds: number;
  ignoresPaused: boolean;
  /** Paths below the container's cgroup. */
  cgroups: SubCgroups;
}

interface Target {
  state: State;
  spec: Spec;
  dir: string;
}

/** Returns the process's exit code, 0 if it is detached. */
export async function execInContainer(
  context: Context,
  target: Target,
  options: ExecOptions,
): Promise<number> {
  checkStatus(context, target.state, options);
  beginMoves(context.layout);
  const files = mkdtempSync(join(target.dir, 'exec-'));
  try {
    const plans = execPlans(context, target, { ...options, files });
    writeFileSync(join(files, 'init.plan'), plans.init.encode(), { mode: 0o600 });
    writeFileSync(join(files, 'monitor.plan'), plans.monitor.encode(), { mode: 0o600 });
    const { terminal = false } = options.process;
    const monitor = startMonitor('enter', join(files, 'monitor.plan'), {
      preservedFds: options.preserveFds,
      hasTerminal: terminal,
    });
    const pid = await pidOf(monitor);
    if (options.pidFile !== undefined) writeAtomically(options.pidFile, String(pid));
    return await endOf(monitor, pid, options.detach);
  } finally {
    rmSync(files, { recursive: true, force: true });
  }
}

function checkStatus(context: Context, state: State, { ignoresPaused }: ExecOptions): void {
  const status = statusOf(state, context.layout);
  if (status === 'stopped' || status === 'creating')
    throw new RunlxcError(`cannot exec in a ${status} container`);
  if (status === 'paused' && !ignoresPaused)
    throw new RunlxcError('cannot exec in a paused container (use --ignore-paused to override)');
}

function execPlans(context: Context, target: Target, options: ExecOptions & { files: string }): Plans {
  const { process, preserveFds, consoleSocket, files } = options;
  const { spec, dir } = target;
  const plans = newPlans(preserveFds);
  const { monitor, init, descriptors } = plans;
  const [plan, copy, failure] = [descriptors.take(), descriptors.take(), descriptors.take()];
  monitor.add('open', plan, join(files, 'init.plan'), 0).add('copy', copy, initPath());
  for (const [index, { type, hard }] of (process.rlimits ?? []).entries())
    monitor.add('raise-limit', rlimitNumber(type, `process.rlimits[${index}].type`), hard);
  const oomScoreAdj = process.oomScoreAdj ?? spec.process?.oomScoreAdj;
  if (oomScoreAdj !== undefined) monitor.add('oom', String(oomScoreAdj));
  init.add('report', failure).add('descriptors', preserveFds);
  if (spec.linux?.seccomp && needsListener(spec.linux.seccomp))
    throw unsupported(
      'linux.seccomp.listenerPath',
      'exec in a container with SCMP_ACT_NOTIFY is not supported',
    );
  const filter = spec.linux?.seccomp && {
    fd: descriptors.take(),
    profile: spec.linux.seccomp,
    ociVersion: spec.ociVersion,
  };
  if (filter) monitor.add('open', filter.fd, join(dir, 'seccomp.bpf'), 0);
  if (process.terminal && consoleSocket !== undefined) {
    const socket = descriptors.take();
    monitor.add('connect', socket, consoleSocket);
    addTerminal(init, process, socket, false);
  } else init.add('session');
  addLookups(init, process, false);
  addProcess(init, process, {
    seccomp: filter,
    isInit: false,
    isUserNamespaced: isUserNamespaced(target),
    warn: context.log.warn,
  });
  for (const files of processFiles(context.layout, target.state, options.cgroups))
    monitor.add('cgroup', files);
  monitor.add('attach', lxcName(dir), lxcPath, failure, options.detach, plan, copy);
  return plans;
}

/** Reads `pid 123`. @throws RunlxcError in runc's words, which tools parse */
async function pidOf(monitor: NativeProcess): Promise<number> {
  const report = await monitor.reports.next().catch((error: unknown) => {
    throw new RunlxcError(`exec failed: unable to start container process: ${(error as Error).message}`, {
      cause: error,
    });
  });
  const pid = Number(/^pid (\d+)$/.exec(report ?? '')?.[1]);
  if (!Number.isInteger(pid))
    throw new RunlxcError('exec failed: LXC has not reported the pid of the process');
  return pid;
}

async function endOf(monitor: NativeProcess, pid: number, detached: boolean): Promise<number> {
  if (detached) {
    monitor.reports.close();
    await monitor.ended;
    return 0;
  }
  const stop = forwardSignals(processRef(pid));
  try {
    return await monitor.ended;
  } finally {
    stop();
  }
}
