/** Parts of containers, execs and updates that rules look at. */
import { field, type OciResources } from '../../hooks/index.ts';
import type { LimitName } from './rules.ts';

/** How a rule is broken. */
export interface Broken {
  message: string;
  hint?: string;
}

export function capabilitiesBeyond(allowed: readonly string[], found: readonly string[]): Broken | undefined {
  const names = new Set(allowed.map((name) => `CAP_${name.toUpperCase().replace(/^CAP_/, '')}`));
  const beyond = found.filter((name) => !names.has(name));
  if (beyond.length === 0) return undefined;
  const drop = beyond.map((name) => name.replace('CAP_', '')).join(', ');
  return {
    message: `expected no capabilities but ${[...names].join(', ') || 'none'}, found ${beyond.join(', ')}`,
    hint: `drop them: ${field('capDrop')} ${drop}`,
  };
}

const limits: Record<LimitName, { is(resources: OciResources): boolean; hint: string }> = {
  memory: { is: ({ memory }) => (memory?.limit ?? 0) > 0, hint: `set ${field('resources.memory')}` },
  cpus: {
    is: ({ cpu }) => (cpu?.quota ?? 0) > 0 || (cpu?.cpus ?? '') !== '',
    hint: `set ${field('resources.nanoCpus')}`,
  },
  pids: { is: ({ pids }) => (pids?.limit ?? 0) > 0, hint: `set ${field('resources.pids')}` },
};

export function missingLimits(wanted: readonly LimitName[], resources: OciResources): Broken | undefined {
  const missing = wanted.filter((name) => !limits[name].is(resources));
  if (missing.length === 0) return undefined;
  return {
    message: `expected limits for ${wanted.join(', ')}, found none for ${missing.join(', ')}`,
    hint: missing.map((name) => limits[name].hint).join(', '),
  };
}
