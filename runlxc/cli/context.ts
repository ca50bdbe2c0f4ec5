import { type CgroupLayout, cgroupLayout } from '../cgroup/layout.ts';
import type { Log } from './Log.ts';

/** Values of the global options. */
export interface Context {
  /** Absolute path of the directory of containers' states. */
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
    // Read on demand: --version is called often and does not need it.
    get layout() {
      return (layout ??= cgroupLayout());
    },
  };
}
