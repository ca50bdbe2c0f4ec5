/** Resolves namespaces of other containers of runlxc. */
import { readFileSync } from 'node:fs';
import { childOf } from '../state/process.ts';
import type { Spec } from './types.ts';

const namespaceOfProcess = /^\/proc\/(\d+)\/(?:task\/\d+\/)?ns\/(\w+)$/;

/**
 * Engines identify a container by the pid from the pid file, its monitor's, and use that process's namespaces as
 * paths. The PID namespace of a monitor is the host's, so that of its first child is used instead.
 */
export function withRealNamespaces(spec: Spec): Spec {
  const namespaces = spec.linux?.namespaces?.map(({ type, path }) => ({
    type,
    ...(path && { path: real(path) }),
  }));
  return namespaces ? { ...spec, linux: { ...spec.linux, namespaces } } : spec;
}

function real(path: string): string {
  const [, pid = '', name = ''] = namespaceOfProcess.exec(path) ?? [];
  const init = pid !== '' && isMonitor(pid) ? childOf(Number(pid)) : undefined;
  return init === undefined ? path : `/proc/${init}/ns/${name}`;
}

function isMonitor(pid: string): boolean {
  try {
    const [program = '', verb] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return program.endsWith('/runlxc-monitor') && verb === 'run';
  } catch {
    return false;
  }
}
