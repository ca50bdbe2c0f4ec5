/** Translates config.json into the two plans of a container. */
import { join } from 'node:path';
import { channelOf } from '../monitor/channel.ts';
import { initPath } from '../monitor/programs.ts';
import { sysctlFile } from '../spec/sysctl.ts';
import { hasNewNamespace } from '../spec/validate.ts';
import type { Hook, NamespaceType, Process, Spec } from '../spec/types.ts';
import { type Container, isUserNamespaced, lxcName, lxcPath, newPlans, type Plans } from './container.ts';
import { addDevices } from './devices.ts';
import { addMounts, addProtections, addRoot } from './mounts.ts';
import type { Plan } from './Plan.ts';
import { addLookups, addProcess, type ProcessContext } from './process.ts';
import { rlimitNumber } from './rlimits.ts';
import { addPersonality } from './scheduling.ts';
import { needsListener } from './seccomp.ts';

const openReadOnly = 0;

/** clone(2), linux/sched.h. */
const cloneFlags: Readonly<Record<NamespaceType, number>> = {
  time: 0x80,
  mount: 0x2_0000,
  cgroup: 0x200_0000,
  uts: 0x400_0000,
  ipc: 0x800_0000,
  user: 0x1000_0000,
  pid: 0x2000_0000,
  network: 0x4000_0000,
};

/** Reports of the init: mounts are done, and everything except its program is done. */
export const stages = { mounted: 'mounted', created: 'created' } as const;

/** @param parents cgroup.procs of the cgroups that the monitor joins first */
export function containerPlans(
  container: Container,
  parents: readonly string[],
  warn: (text: string) => void,
): Plans {
  const plans = newPlans(container.preserveFds);
  const { monitor, init, descriptors } = plans;
  const { dir, spec } = container;
  const fds = Object.fromEntries(
    ['plan', 'copy', 'go', 'report', 'ready'].map((name) => [name, descriptors.take()]),
  ) as Record<'plan' | 'copy' | 'go' | 'report' | 'ready', number>;

  monitor.add('open', fds.plan, join(dir, 'init.plan'), openReadOnly);
  monitor.add('copy', fds.copy, initPath());
  // The directory is accessible only to root.
  const mode = isUserNamespaced(container) ? 0o666 : 0o600;
  monitor.add('fifo', fds.go, join(dir, 'go'), mode);
  monitor.add('fifo', fds.report, join(dir, 'report'), mode);
  for (const [index, { type, path }] of (spec.linux?.namespaces ?? []).entries())
    if (path) monitor.add('check-namespace', path, cloneFlags[type], `linux.namespaces[${index}].path`);
  for (const [index, { type, hard }] of (spec.process?.rlimits ?? []).entries())
    monitor.add('raise-limit', rlimitNumber(type, `process.rlimits[${index}].type`), hard);

  init.add('report', channelOf(container.preserveFds));
  init.add('fifos', fds.go, fds.report);
  init.add('descriptors', container.preserveFds);
  addMounts(container, plans);
  addDevices(container, plans);
  addTimeNamespace(init, spec);
  init.add('sync', stages.mounted);
  addHooks(init, 'createContainer', spec.hooks?.createContainer);
  for (const [name, value] of Object.entries(spec.linux?.sysctl ?? {}))
    init.add('sysctl', sysctlFile(name), value);
  addRoot(container, plans);
  if (spec.domainname) init.add('domainname', spec.domainname);
  if (spec.process) addUserProcess(container, plans, { process: spec.process, ready: fds.ready, warn });

  const executable = isUserNamespaced(container) ? `/proc/self/fd/${fds.copy}` : initPath();
  const args = [executable, String(fds.plan), String(fds.copy)];
  const { first, count } = descriptors;
  for (const procs of parents) monitor.add('join', procs);
  monitor.add('start', first, count, lxcName(dir), lxcPath, join(dir, 'lxc.conf'), fds.ready, args);
  return plans;
}

function addUserProcess(
  container: Container,
  plans: Plans,
  { process, ready, warn }: { process: Process; ready: number; warn: (text: string) => void },
): void {
  const { init, monitor, descriptors } = plans;
  const { spec } = container;
  const seccomp = spec.linux?.seccomp;
  let filter: ProcessContext['seccomp'];
  if (seccomp) {
    filter = { fd: descriptors.take(), profile: seccomp, ociVersion: spec.ociVersion };
    monitor.add('open', filter.fd, join(container.dir, 'seccomp.bpf'), openReadOnly);
    if (needsListener(seccomp)) {
      filter.listener = descriptors.take();
      monitor.add('connect', filter.listener, seccomp.listenerPath ?? '');
    }
  }
  if (process.terminal && container.consoleSocket !== undefined) {
    const socket = descriptors.take();
    monitor.add('connect', socket, container.consoleSocket);
    addTerminal(init, process, socket, true);
  }
  init.add('cwd', process.cwd, true);
  addProtections(container, plans);
  addLookups(init, process, false);
  init.add('ready', ready);
  init.add('hand-over', stages.created);
  addHooks(init, 'startContainer', spec.hooks?.startContainer);
  addPersonality(init, spec.linux?.personality);
  addProcess(init, process, {
    seccomp: filter,
    env: listenEnv(container),
    isInit: true,
    isUserNamespaced: isUserNamespaced(container),
    warn,
  });
}

export function addTerminal(plan: Plan, { consoleSize }: Process, socket: number, isConsole: boolean): void {
  plan.add('terminal', socket, consoleSize?.height ?? 0, consoleSize?.width ?? 0, isConsole);
}

function addHooks(plan: Plan, kind: string, hooks: readonly Hook[] = []): void {
  for (const { path, args, env = [], timeout = 0 } of hooks)
    plan.add('hook', kind, path, timeout, args?.length ? args : [path], env);
}

/** time_namespaces(7). */
function addTimeNamespace(plan: Plan, spec: Spec): void {
  if (!hasNewNamespace(spec, 'time')) return;
  const offsets = Object.entries(spec.linux?.timeOffsets ?? {}).map(
    ([clock, { secs = 0, nanosecs = 0 }]) => `${clock} ${secs} ${nanosecs}`,
  );
  plan.add('time-namespace', offsets);
}

/** sd_listen_fds(3). */
function listenEnv({ listenFds }: Container): string[] {
  return listenFds > 0 ? [`LISTEN_FDS=${listenFds}`, 'LISTEN_PID=1'] : [];
}
