import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { PluginLimits } from '../../../config/types.ts';
import { isRemoved, LimitedCgroup } from './LimitedCgroup.ts';

let last = 0;

/** The cgroups of one process of a plugin. */
export class PluginCgroup extends LimitedCgroup {
  /**
   * @param parent the cgroup of pouchd's containers: `/pouch`
   * @throws Error if a limit of the entry cannot be set
   */
  constructor(parent: string, plugin: string, limits: PluginLimits) {
    const name = `${process.pid}-${(last += 1)}-${safe(plugin)}`;
    super({ parent, directory: 'plugins', name }, limits);
    for (const path of this.parents) removeOthers(path);
  }
}

/** Removes what a pouchd has left that was killed. */
function removeOthers(parent: string): void {
  if (!existsSync(parent)) return;
  for (const entry of readdirSync(parent, { withFileTypes: true })) {
    const [pid = ''] = entry.name.split('-');
    if (entry.isDirectory() && !existsSync(`/proc/${pid}`)) isRemoved(join(parent, entry.name));
  }
}

function safe(plugin: string): string {
  return basename(plugin).replaceAll(/[^A-Za-z0-9._-]/g, '_');
}
