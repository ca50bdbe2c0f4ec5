/** What pouchd or the host cannot give a container is left out with a warning; a runtime would fail on it. */
import type { ContainerDraft } from '../../../hooks/draft.ts';
import { field } from '../../../hooks/fields.ts';
import { clampResources } from './clampResources.ts';
import type { HostLimits } from './hostLimits.ts';

export { clampResources };
export { type HostLimits, readHostLimits } from './hostLimits.ts';

/** Changes the draft; returns a warning for each change. */
export function clampToHost(draft: ContainerDraft, host: HostLimits): string[] {
  const warnings = clampCapabilities(draft, host);
  if (!host.capabilities.has('CAP_SYS_RESOURCE'))
    warnings.push(...clampOomScore(draft, host), ...clampRlimits(draft, host));
  return [...warnings, ...clampResources(draft, host)];
}

function clampCapabilities({ process }: ContainerDraft, host: HostLimits): string[] {
  const missing = Object.keys(process.capabilities).filter((name) => !host.capabilities.has(name));
  for (const name of missing) delete process.capabilities[name];
  return missing.length > 0 ? [`without ${missing.join(', ')}: pouchd itself lacks it`] : [];
}

/** Only CAP_SYS_RESOURCE lowers it (proc(5), oom_score_adj). */
function clampOomScore({ process }: ContainerDraft, { oomScoreAdj }: HostLimits): string[] {
  const asked = process.oomScoreAdj;
  if (asked === undefined || asked >= oomScoreAdj) return [];
  process.oomScoreAdj = oomScoreAdj;
  return [
    `${field('oomScoreAdj')} ${asked} became ${oomScoreAdj}, that of pouchd, which lacks CAP_SYS_RESOURCE`,
  ];
}

/** Only CAP_SYS_RESOURCE raises a hard limit (setrlimit(2)); -1 is unlimited. */
function clampRlimits({ process }: ContainerDraft, { rlimits }: HostLimits): string[] {
  return Object.entries(process.rlimits).flatMap(([type, { soft, hard }]) => {
    const own = rlimits.get(type) ?? Infinity;
    if (unlimitedIsMost(hard) <= own) return [];
    process.rlimits[type] = { soft: unlimitedIsMost(soft) > own ? own : soft, hard: own };
    const name = type.replace('RLIMIT_', '').toLowerCase();
    return [
      `${field(`ulimits["${name}"]`)}=${hard} became ${own}, that of pouchd, which lacks CAP_SYS_RESOURCE`,
    ];
  });
}

function unlimitedIsMost(limit: number): number {
  return limit < 0 ? Infinity : limit;
}
