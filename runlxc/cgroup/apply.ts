/**
 * Limits are set twice: on the container's cgroup, which engines read, and on the one below with its processes, which
 * the container reads.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RunlxcError } from '../cli/error.ts';
import type { Resources } from '../spec/types.ts';
import { type CgroupLayout, directory, hierarchyOf, payloadName } from './layout.ts';
import { legacySettings, type Setting, unifiedSettings } from './settings.ts';

/** @throws RunlxcError that names the field */
export function applyResources(layout: CgroupLayout, cgroup: string, resources: Resources): void {
  checkUsage(layout, cgroup, resources);
  const settings = layout.unified ? unifiedSettings(resources) : legacySettings(resources);
  // A new memory limit may exceed the old limit of memory and swap, or the reverse: one of the two orders works.
  const late = settings.filter((setting) => !apply(layout, cgroup, setting));
  for (const setting of late.reverse())
    if (!apply(layout, cgroup, setting)) throw failure(layout, cgroup, setting);
}

function directoriesOf(layout: CgroupLayout, cgroup: string, { controller, field }: Setting): string[] {
  const hierarchy = layout.unified ? layout.all[0] : hierarchyOf(layout, controller);
  if (!hierarchy) throw new RunlxcError(`${field}: the host has no cgroup controller ${controller}`);
  const own = directory(hierarchy, cgroup);
  return [own, join(own, payloadName)];
}

/** A child may not exceed its parent: the order depends on whether the limit rises or falls. */
function apply(layout: CgroupLayout, cgroup: string, setting: Setting): boolean {
  const [own = '', below = ''] = directoriesOf(layout, cgroup, setting);
  const first = write(own, setting);
  if (!write(below, setting)) return false;
  return first || write(own, setting);
}

function write(path: string, setting: Setting): boolean {
  try {
    writeFileSync(fileOf(path, setting), setting.value);
    return true;
  } catch {
    return false;
  }
}

function fileOf(path: string, { file, orFile }: Setting): string {
  const isOther = orFile !== undefined && !existsSync(join(path, file));
  return join(path, isOther ? orFile : file);
}

/** Writes again, to get the kernel's error. */
function failure(layout: CgroupLayout, cgroup: string, setting: Setting): RunlxcError {
  for (const path of directoriesOf(layout, cgroup, setting)) {
    try {
      writeFileSync(fileOf(path, setting), setting.value);
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      const file = fileOf(path, setting);
      return new RunlxcError(
        `${setting.field}: failed to write ${JSON.stringify(setting.value)} to ${file}: ${code}`,
      );
    }
  }
  return new RunlxcError(`${setting.field}: failed to write ${JSON.stringify(setting.value)}`);
}

function checkUsage(layout: CgroupLayout, cgroup: string, { memory }: Resources): void {
  if (!memory?.checkBeforeUpdate || memory.limit === undefined || BigInt(memory.limit) <= 0n) return;
  const hierarchy = layout.unified ? layout.all[0] : hierarchyOf(layout, 'memory');
  const file = join(
    hierarchy?.mount ?? '',
    cgroup,
    layout.unified ? 'memory.current' : 'memory.usage_in_bytes',
  );
  if (BigInt(readFileSync(file, 'utf8').trim()) > BigInt(memory.limit))
    throw new RunlxcError(`linux.resources.memory.limit: ${memory.limit} is below the container’s usage`);
}
