import { unexplained } from '../../support/host/inventory.ts';
import type { Violation } from './violation.ts';

/** The kinds of things that a container has on the host, by how a line of the inventory begins. */
const kinds: readonly (readonly [kind: string, line: RegExp])[] = [
  ['shim or task', /^(shim of|containerd task) /],
  ['process', /^(process|pouchd|containerd|pouch-logkeeper)\b(?! container)/],
  ['container or snapshot in containerd', /^(containerd container|snapshot) /],
  ['network namespace', /\/netns(\/|$)/],
  ['FIFO', /^file \S+\/(io|exec)\//],
  ['mount', /^mount /],
  ['cgroup', /^cgroup /],
  ['network interface', /^interface /],
  ['packet filter rule or lease', /^(rule|lease) /],
  ['directory', /^file /],
];

export function kindOf(line: string): string {
  return kinds.find(([, pattern]) => pattern.test(line))?.[0] ?? 'thing';
}

/** What may remain of a container that does not run. */
const atRest = /^(file \S+\/(containers|volumes)\/\S+|snapshot \S+)$/;

/** Oracle 2: whatever names a container belongs to one that exists, and only a running one has more than its record. */
export function orphans(
  inventory: Iterable<string>,
  containers: readonly { id: string; isUp: boolean }[],
): Violation[] {
  const lines = [...inventory];
  const all = unexplained(
    lines,
    containers.map(({ id }) => id),
  );
  const up = containers.filter(({ isUp }) => isUp).map(({ id }) => id);
  const ofStopped = unexplained(lines, up).filter((line) => !all.includes(line) && !atRest.test(line));
  return [
    ...all.map((line) => orphan(line, 'of a container that does not exist')),
    ...ofStopped.map((line) => orphan(line, 'of a container that does not run')),
  ];
}

/** The same for a host from which every container has been removed: nothing exists that did not at first. */
export function leftovers(inventory: Iterable<string>, atFirst: ReadonlySet<string>): Violation[] {
  return [...inventory]
    .filter((line) => !atFirst.has(line))
    .map((line) => orphan(line, 'after everything was removed'));
}

function orphan(line: string, whose: string): Violation {
  return { oracle: 'nothing is orphaned', evidence: `${kindOf(line)} ${whose}: ${line}` };
}
