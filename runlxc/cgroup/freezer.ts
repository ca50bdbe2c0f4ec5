import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RunlxcError } from '../cli/error.ts';
import { waitFor } from '../state/wait.ts';
import { type CgroupLayout, hierarchyOf, payload } from './layout.ts';

const withinMs = 10_000;

/** Freezes only the container: its monitor must see its exit. */
export function isFrozen(layout: CgroupLayout, cgroup: string): boolean {
  return stateOf(layout, cgroup) === 'frozen';
}

export async function freeze(layout: CgroupLayout, cgroup: string): Promise<void> {
  write(layout, cgroup, true);
  // A process that was being forked may have escaped the first attempt (cgroup-v1/freezer-subsystem.rst).
  const isDone = () => stateOf(layout, cgroup) === 'frozen' || (write(layout, cgroup, true), false);
  if (await waitFor(isDone, withinMs)) return;
  write(layout, cgroup, false);
  throw new RunlxcError('cannot freeze the container');
}

export function thaw(layout: CgroupLayout, cgroup: string): void {
  write(layout, cgroup, false);
}

function fileOf(layout: CgroupLayout, cgroup: string, file: { v1: string; v2: string }): string {
  if (layout.unified) return join(payload(layout.all[0]!, cgroup), file.v2);
  const hierarchy = hierarchyOf(layout, 'freezer');
  if (!hierarchy) throw new RunlxcError('the host has no cgroup freezer');
  return join(payload(hierarchy, cgroup), file.v1);
}

function write(layout: CgroupLayout, cgroup: string, frozen: boolean): void {
  const file = fileOf(layout, cgroup, { v1: 'freezer.state', v2: 'cgroup.freeze' });
  writeFileSync(file, layout.unified ? (frozen ? '1' : '0') : frozen ? 'FROZEN' : 'THAWED');
}

function stateOf(layout: CgroupLayout, cgroup: string): 'frozen' | 'other' {
  try {
    const text = readFileSync(fileOf(layout, cgroup, { v1: 'freezer.state', v2: 'cgroup.events' }), 'utf8');
    return text.startsWith('FROZEN') || text.includes('frozen 1') ? 'frozen' : 'other';
  } catch {
    return 'other';
  }
}
