/** What needs a capability that the daemon may lack itself: found out here, not in the runtime's prose. */
import { readFileSync } from 'node:fs';
import type { ContainerRequest } from '../../../hooks/request.ts';
import { hostBoundingSet } from '../capabilities.ts';
import { rlimitName } from '../newDraft.ts';
import { invalid } from './invalid.ts';

/** @throws PCH_OPTION_INVALID */
export function checkPrivileges(request: ContainerRequest): void {
  const { oomScoreAdj, ulimits = {} } = request;
  if (oomScoreAdj === undefined && Object.keys(ulimits).length === 0) return;
  if (hostBoundingSet().includes('CAP_SYS_RESOURCE')) return;
  if (oomScoreAdj !== undefined) checkOomScore(oomScoreAdj);
  const own = ownHardLimits();
  for (const [name, { hard }] of Object.entries(ulimits)) checkLimit(name, hard, own);
}

/** @throws PCH_OPTION_INVALID for capabilities that cannot be given on */
export function checkHeld(names: string[]): void {
  const missing = names.find((name) => !hostBoundingSet().includes(name));
  if (missing !== undefined)
    throw invalid(
      `pouchd itself runs without ${missing}, so no container can have it`,
      `leave out --cap-add, or start pouchd with ${missing}`,
    );
}

/** Only CAP_SYS_RESOURCE lowers it (proc(5), oom_score_adj). */
function checkOomScore(asked: number): void {
  const own = Number(readFileSync('/proc/self/oom_score_adj', 'utf8'));
  if (asked < own)
    throw invalid(
      `--oom-score-adj: ${asked} was asked for, but pouchd runs without CAP_SYS_RESOURCE at ${own}`,
      `ask for ${own} or more`,
    );
}

/** Only CAP_SYS_RESOURCE raises a hard limit (setrlimit(2)); -1 is unlimited. */
function checkLimit(name: string, asked: number, own: Map<string, number>): void {
  const limit = own.get(rlimitName(name)) ?? Infinity;
  if ((asked < 0 ? Infinity : asked) > limit)
    throw invalid(
      `--ulimit ${name}: a hard limit of ${asked} was asked for, but pouchd runs without CAP_SYS_RESOURCE under ${limit}`,
      `ask for ${limit} or less`,
    );
}

/** Titles in /proc/PID/limits (proc(5)), by the limit's name. */
const titles: Record<string, string> = {
  RLIMIT_AS: 'Max address space',
  RLIMIT_CORE: 'Max core file size',
  RLIMIT_CPU: 'Max cpu time',
  RLIMIT_DATA: 'Max data size',
  RLIMIT_FSIZE: 'Max file size',
  RLIMIT_LOCKS: 'Max file locks',
  RLIMIT_MEMLOCK: 'Max locked memory',
  RLIMIT_MSGQUEUE: 'Max msgqueue size',
  RLIMIT_NICE: 'Max nice priority',
  RLIMIT_NOFILE: 'Max open files',
  RLIMIT_NPROC: 'Max processes',
  RLIMIT_RSS: 'Max resident set',
  RLIMIT_RTPRIO: 'Max realtime priority',
  RLIMIT_RTTIME: 'Max realtime timeout',
  RLIMIT_SIGPENDING: 'Max pending signals',
  RLIMIT_STACK: 'Max stack size',
};

function ownHardLimits(): Map<string, number> {
  const lines = readFileSync('/proc/self/limits', 'utf8').split('\n');
  return new Map(Object.entries(titles).map(([name, title]) => [name, hardLimit(lines, title)]));
}

function hardLimit(lines: string[], title: string): number {
  const line = lines.find((text) => text.startsWith(`${title} `))?.slice(title.length) ?? '';
  const text = line.trim().split(/\s+/)[1];
  return text === undefined || text === 'unlimited' ? Infinity : Number(text);
}
