import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hierarchies } from '../../support/host/cgroups.ts';
import type { Container } from './container.ts';

const mountPoint = '/sys/fs/cgroup';

/** Whether all controllers are of cgroup v2. */
export function isUnified(): boolean {
  return existsSync(join(mountPoint, 'cgroup.controllers'));
}

/** Whether a cgroup v1 hierarchy has the controller. */
export function controllerHere(controller: string): boolean {
  return hierarchyOf(controller) !== undefined;
}

/** A file of the container's cgroup; on cgroup v2 the controller says nothing. */
export function cgroupFile(container: Container, controller: string, file: string): string {
  const hierarchy = isUnified() ? mountPoint : hierarchyOf(controller);
  if (hierarchy === undefined) throw new Error(`no cgroup hierarchy has ${controller}`);
  const own = join(hierarchy, container.place.cgroup);
  // A runtime whose monitor is in the same cgroup keeps the container's processes in one below; limits are above both.
  return join(own, file);
}

/** proc_pid_cgroup(5) of a process, without the empty hierarchies that limit nothing. */
export function ownCgroups(pid: number): { controllers: string; path: string }[] {
  return readFileSync(`/proc/${pid}/cgroup`, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => /^\d+:([^:]*):(.*)$/.exec(line) ?? [])
    .map(([, controllers = '', path = '']) => ({ controllers, path }))
    .filter(({ controllers }) => isUnified() || (controllers !== '' && !controllers.startsWith('name=')));
}

function hierarchyOf(controller: string): string | undefined {
  return hierarchies().find((path) => path.split('/').at(-1)?.split(',').includes(controller));
}
