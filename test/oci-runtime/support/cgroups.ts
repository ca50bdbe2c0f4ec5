import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hierarchies } from '../../support/host/cgroups.ts';
import type { Container } from './Container.ts';

const mountPoint = '/sys/fs/cgroup';

/** Whether the host has only cgroup v2. */
export function isUnified(): boolean {
  return existsSync(join(mountPoint, 'cgroup.controllers'));
}

/** Whether a cgroup v1 hierarchy has the controller. */
export function controllerHere(controller: string): boolean {
  return hierarchyOf(controller) !== undefined;
}

/** Reads a file of the cgroup at cgroupsPath; the controller is ignored on cgroup v2. */
export function cgroupFile(container: Container, controller: string, file: string): string {
  return join(hierarchyFor(controller), container.place.cgroup, file);
}

/**
 * Reads a file in the container's cgroup, and in that of its process: a runtime whose monitor shares the cgroup keeps
 * the container's processes in a cgroup below, and may limit either.
 */
export async function cgroupValues(
  container: Container,
  controller: string,
  file: string,
): Promise<string[]> {
  const { pid } = await container.state();
  const own = ownCgroups(pid!).find(
    ({ controllers }) => isUnified() || controllers.split(',').includes(controller),
  );
  const paths = [container.place.cgroup, own?.path ?? ''];
  return paths
    .map((path) => join(hierarchyFor(controller), path, file))
    .filter((path) => existsSync(path))
    .map((path) => readFileSync(path, 'utf8').trim());
}

function hierarchyFor(controller: string): string {
  const hierarchy = isUnified() ? mountPoint : hierarchyOf(controller);
  if (hierarchy === undefined) throw new Error(`no cgroup hierarchy has ${controller}`);
  return hierarchy;
}

/** proc_pid_cgroup(5) of a process, without hierarchies that have no controllers. */
export function ownCgroups(pid: number): { controllers: string; path: string }[] {
  return readFileSync(`/proc/${pid}/cgroup`, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => /^\d+:([^:]*):(.*)$/.exec(line) ?? [])
    .map(([, controllers = '', path = '']) => ({ controllers, path }))
    .filter(({ controllers }) => isUnified() || (controllers !== '' && !controllers.startsWith('name=')));
}

/** Creates a cgroup below that of a process, in every hierarchy in which the process is not in the root. */
export function makeCgroupBelow(pid: number, name: string): void {
  const paths = readFileSync(`/proc/${pid}/cgroup`, 'utf8')
    .split('\n')
    .map((line) => line.split(':').slice(2).join(':'))
    .filter((path) => path.length > 1);
  const places = hierarchies().flatMap((mount) => paths.map((path) => join(mount, path)));
  for (const place of new Set(places)) if (existsSync(place)) makeCgroup(place, name);
}

/** A cpuset of v1 accepts no process before it has CPUs and memory nodes (cpuset(7)). */
function makeCgroup(parent: string, name: string): void {
  const cgroup = join(parent, name);
  mkdirSync(cgroup);
  for (const file of isUnified()
    ? []
    : ['cpuset.cpus', 'cpuset.mems'].filter((each) => existsSync(join(cgroup, each))))
    writeFileSync(join(cgroup, file), readFileSync(join(parent, file)));
}

function hierarchyOf(controller: string): string | undefined {
  return hierarchies().find((path) => path.split('/').at(-1)?.split(',').includes(controller));
}
