/** The cgroup of another process in a container: `exec`, with `--cgroup`. */
import { existsSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { RunlxcError } from '../cli/error.ts';
import type { State } from '../state/store.ts';
import { type CgroupLayout, type Hierarchy, keyOf, memberDirectory, payload } from './layout.ts';
import { membershipOf } from './membership.ts';

/** Paths below the container's cgroup by controller; '' means every hierarchy. */
export type SubCgroups = ReadonlyMap<string, string>;

/** Parses runc's syntax: `PATH` for all hierarchies, or several `CONTROLLER[,CONTROLLER]:PATH`. @throws RunlxcError */
export function parseSubCgroups(args: readonly string[]): SubCgroups {
  return new Map(args.flatMap((arg) => parseSubCgroup(arg, args.length === 1)));
}

function parseSubCgroup(arg: string, isOnly: boolean): [string, string][] {
  const invalid = (why: string) => new RunlxcError(`--cgroup ${arg}: ${why}`);
  const [left = '', right, ...more] = arg.split(':');
  if (more.length > 0) throw invalid('expected PATH or CONTROLLER:PATH');
  if (right === undefined && !isOnly) throw invalid('several paths need a controller each, as in cpu:PATH');
  const path = normalize(`/${right ?? left}`);
  // normalize() removes `..` from an absolute path; a relative path that leaves the cgroup is an error.
  if (normalize(right ?? left).startsWith('..')) throw invalid('it is not below the container’s cgroup');
  return right === undefined ? [['', path]] : left.split(',').map((controller) => [controller, path]);
}

/**
 * Returns, for each hierarchy, the cgroup.procs files to try in order. The second, for v2, is that of the container's
 * init: a cgroup that has others with controllers below accepts no processes (cgroup-v2, "No Internal Process
 * Constraint").
 * @throws RunlxcError for a cgroup or a controller that does not exist
 */
export function processFiles(layout: CgroupLayout, state: State, sub: SubCgroups): string[][] {
  checkControllers(layout, sub);
  const init = state.init && membershipOf(state.init.pid);
  const used = layout.all.filter((hierarchy) => existsSync(payload(hierarchy, state.cgroup)));
  return used.map((hierarchy) => {
    const path = subPath(hierarchy, sub);
    const own = join(payload(hierarchy, state.cgroup), path ?? '');
    if (!existsSync(own))
      throw new RunlxcError(`--cgroup ${path}: the container has no such cgroup (expected ${own})`);
    const isAlone = path !== undefined || hierarchy.version === 1 || init === undefined;
    return (isAlone ? [own] : [own, memberDirectory(hierarchy, init)]).map((dir) =>
      join(dir, 'cgroup.procs'),
    );
  });
}

function subPath(hierarchy: Hierarchy, sub: SubCgroups): string | undefined {
  const named = hierarchy.controllers.find((controller) => sub.has(controller)) ?? keyOf(hierarchy);
  return sub.get(named) ?? sub.get('');
}

function checkControllers({ all }: CgroupLayout, sub: SubCgroups): void {
  const known = ['', ...all.flatMap((hierarchy) => [keyOf(hierarchy), ...hierarchy.controllers])];
  for (const controller of sub.keys())
    if (!known.includes(controller))
      throw new RunlxcError(
        `--cgroup: the controller ${controller} is in no hierarchy of this host (v1: ${known.filter(Boolean).join(', ') || 'none'})`,
      );
}
