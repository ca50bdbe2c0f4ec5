import { type CgroupLayout, cgroupLayout } from '../cgroup/layout.ts';
import type { Log } from './Log.ts';

/** What the global options say. */
export interface Context {
  /** Where containers' states are; absolute. */
  root: string;
  log: Log;
  debug: boolean;
  systemdCgroup: boolean;
  layout: CgroupLayout;
}

export function newContext(options: Omit<Context, 'layout'>): Context {
  let layout: CgroupLayout | undefined;
  return {
    ...options,
    // Read only if it is needed: --version is asked for often.
    get layout() {
      return (layout ??= cgroupLayout());
    },
  };
}
